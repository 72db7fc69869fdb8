"""From a web page into WhatsApp without losing where somebody came from.

Click ids do not survive the jump into the app. So the page (or a link, or a poster's QR code) gets a short
code that stands in the prefilled message, "Hi! I would like to book. (ref K7M4Q2)", and the first message
brings it back. A code from the web is one person's and is forgotten after 90 days if nobody wrote; a
poster's code is for everybody, for as long as it hangs.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from storage.store import Document, Insert, Op, OrgStore, Update, Upsert

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 6
KEPT = timedelta(days=90)
TEXT = {"en": "Hi! I would like to book.", "sw": "Habari! Ningependa kuweka miadi."}
_CODE = re.compile(rf"[(\[]?\s*\bref[:#\s]{{1,3}}([{ALPHABET}]{{{LENGTH}}})\b\s*[)\]]?", re.IGNORECASE)

Via = Literal["link", "widget", "qr", "ad"]


async def remember(
    store: OrgStore, origin: dict[str, Any], *, via: Via, now: datetime, poster: bool = False, code: str = ""
) -> str:
    """Keep where a visitor came from (the fields of a `Click`), and give the code that will bring it back."""
    code = code or new_code()
    document = _click(f"{store.id}/{code}", origin, via, now) | {"code": code, "poster": poster}
    if not poster:
        document["expires_at"] = now + KEPT
    await store.commit([Insert("clicks", document)])
    return code


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def wa_link(number: str, *, text: str = TEXT["en"], code: str = "") -> str:
    """A wa.me link with the words ready to send. `number` is the business's WhatsApp number."""
    digits = re.sub(r"[+ ()-]", "", number)
    if not digits.isdecimal():
        raise ValueError(f"{number!r} is no phone number for a wa.me link")
    said = f"{text} (ref {code})" if code else text
    return f"https://wa.me/{digits}?text={quote(said, safe='')}"


def code_in(text: str) -> str:
    """The code in a message, or ""."""
    found = _CODE.search(text)
    return found.group(1).upper() if found else ""


def without_code(text: str) -> str:
    """What the person said, without what the link said for itself."""
    return " ".join(_CODE.sub(" ", text).split()) if _CODE.search(text) else text


async def credit(store: OrgStore, contact: Document, code: str, now: datetime) -> list[Op]:
    """Tie a code's visit to the contact who brought it: as their latest source, and their first if they had none.

    A code of one person that another forwards still says where the other came from, but stays the first one's.
    """
    click = await store.get("clicks", f"{store.id}/{code}")
    if click is None:
        return []
    ops: list[Op] = []
    if click.get("poster"):
        own = {key: click[key] for key in ("ids", "tags", "platform", "page", "ad", "via", "code")}
        id = f"{click['_id']}/{contact['_id']}"
        fresh = {**own, "contact": contact["_id"], "at": now, "poster": False}
        ops.append(Upsert("clicks", id, {"set": {"last_at": now}, "set_on_insert": fresh}))
    elif not click.get("contact"):
        changes = {"set": {"contact": contact["_id"], "matched_at": now}, "unset": ["expires_at"]}
        ops.append(Update("clicks", click["_id"], changes, expect=click["version"]))
    return [*ops, _sourced(contact, click, now)]


def from_ad(store: OrgStore, contact: Document, origin: dict[str, Any], key: str, now: datetime) -> list[Op]:
    """A message that came straight from an ad: its click, kept and credited. `key` makes a repetition the same."""
    click = _click(f"{store.id}/{key}", origin, "ad", now)
    fields = {name: value for name, value in click.items() if name != "_id"}
    fresh = fields | {"contact": contact["_id"], "matched_at": now, "poster": False}
    return [Upsert("clicks", click["_id"], {"set_on_insert": fresh}), _sourced(contact, click, now)]


def _click(id: str, origin: dict[str, Any], via: Via, now: datetime) -> Document:
    return {
        "_id": id,
        "ids": dict(origin.get("ids") or {}),
        "tags": dict(origin.get("tags") or {}),
        "platform": origin.get("platform", ""),
        "page": origin.get("page", ""),
        "referrer": origin.get("referrer", ""),
        "ad": origin.get("ad", ""),
        "via": via,
        "code": "",
        "at": now,
    }


def _sourced(contact: Document, click: Document, now: datetime) -> Op:
    source = {
        "click": click["_id"],
        "via": click["via"],
        "platform": click["platform"],
        "campaign": click["tags"].get("utm_campaign", ""),
        "ad": click["ad"],
        "at": now,
    }
    sets: Document = {"last_source": source}
    if not contact.get("source"):
        sets["source"] = source
    return Update("contacts", contact["_id"], {"set": sets})

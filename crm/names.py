"""By which words of their name a contact is found, though names are kept sealed: keyed hashes, an index of its own.

Each word is kept whole and by its first three letters, so that "wanj" finds Wanjiku; what the hash finds is opened and
compared before it is shown. The hashes are the org's own: nobody without its key can tell which name one stands for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from crm.sealed import opened
from storage.errors import Unreadable
from storage.store import Delete, Document, Op, OrgStore, Upsert
from storage.vault import OrgVault

FIRST = 3  # letters by which a word that is not typed out is found
MOST = 500  # contacts that are opened for one search
_WORDS = re.compile(r"\w+")
_PAGE = 200


def words(text: str) -> list[str]:
    """The words of a name as they are compared: without accents, small."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORDS.findall(plain.casefold())


def fits(name: str, sought: str) -> bool:
    """Whether each word that was typed begins a word of the name."""
    known = words(name)
    return all(any(word.startswith(typed) for word in known) for typed in words(sought))


def noted(vault: OrgVault, contact: str, name: str, before: str = "") -> list[Op]:
    """The writes that make a contact findable by this name, and no longer by the one before."""
    now, old = _keys(vault, name), _keys(vault, before)
    gone: list[Op] = [Delete("names", f"{contact}/{key}") for key in sorted(old - now)]
    return [
        *gone,
        *(
            Upsert("names", f"{contact}/{key}", {"set_on_insert": {"key": key, "contact": contact}})
            for key in sorted(now - old)
        ),
    ]


async def found(store: OrgStore, vault: OrgVault, sought: str) -> set[str]:
    """The contacts that may be meant, by the word that fits the fewest; the caller opens and compares them."""
    best: set[str] | None = None
    for word in words(sought):
        for key in (vault.lookup("name", word), vault.lookup("name3", word[:FIRST])):
            rows = await store.find("names", {"key": key}, limit=MOST) if len(word) >= FIRST else []
            if rows and (best is None or len(rows) < len(best)):
                best = {str(row["contact"]) for row in rows}
    return best or set()


async def rebuild(store: OrgStore, vault: OrgVault) -> int:
    """Index all of a business's contacts anew; how many. What is left of a person who was erased goes."""
    done, after = 0, None
    while rows := await store.find("contacts", {}, sort=[("_id", 1)], limit=_PAGE, after=after):
        await vault.ensure(*(row["_id"] for row in rows))
        for row in rows:
            await store.commit([*await _stale(store, vault, row), *noted(vault, row["_id"], _name(vault, row))])
        done += len(rows)
        after = [rows[-1]["_id"]]
    return done


async def _stale(store: OrgStore, vault: OrgVault, contact: Document) -> list[Op]:
    keys = _keys(vault, _name(vault, contact))
    kept = await store.find("names", {"contact": contact["_id"]}, limit=MOST)
    return [Delete("names", row["_id"]) for row in kept if row["key"] not in keys]


def _name(vault: OrgVault, contact: Document) -> str:
    try:
        return opened(vault, contact).get("name", "")
    except Unreadable:
        return ""


def _keys(vault: OrgVault, name: str) -> set[str]:
    return set(_hashes(vault, name))


def _hashes(vault: OrgVault, name: str) -> Iterator[str]:
    for word in words(name)[:8]:
        yield vault.lookup("name", word)
        if len(word) >= FIRST:
            yield vault.lookup("name3", word[:FIRST])

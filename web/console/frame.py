"""Renders a page of the console: its template, the words of the person's language, the way around."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web
from babel.dates import format_datetime

from ads import reasons
from engine.texts import render_value
from engine.values import Money
from web.assets import asset, parts
from web.console.caller import Caller
from web.console.words import WORDS

_FOLDER = Path(__file__).parent.parent / "templates" / "console"
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_LOCALES = {"en": "en_KE", "sw": "sw_KE"}
_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.globals["asset"], _PAGES.globals["parts"] = asset, parts
NAVIGATION = (  # what the console has, in this order; a link is shown to whom the page would open
    ("", "today.read", "nav.today"),
    ("/conversations", "conversations.read", "nav.conversations"),
    ("/bookings", "bookings.read", "bookings.title"),
    ("/ads", "ads.read", "nav.ads"),
    ("/rules", "rules.read", "nav.rules"),
    ("/journal", "journal.read", "nav.journal"),
    ("/settings", "settings.read", "settings.title"),
    ("/team", "team.read", "nav.team"),
    ("/tokens", "tokens.change", "nav.tokens"),
    ("/audit", "audit.read", "nav.audit"),
)


def page(
    template: str, caller: Caller, *, status: int = 200, business: str = "", done: str = "", **values: Any
) -> web.Response:
    """`business` is the name of the org that the page is about, where it is about one."""
    words = Words(caller.language)
    links = [(f"/o/{caller.org}{path}", words(key)) for path, permission, key in NAVIGATION if caller.may(permission)]
    done = f"done.{done}" if f"done.{done}" in WORDS else ""
    html = _PAGES.get_template(template).render(
        t=words, done=done, caller=caller, language=caller.language, business=business, links=links,
        csrf=caller.session.csrf if caller.session is not None else "", moment=_moment(caller.language),
        why=partial(reasons.said, language=caller.language), **values,
    )  # fmt: skip
    return web.Response(text=html, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})


def money(amount: Money) -> str:
    """KSh 1,500, as customers read it too."""
    return render_value(amount, {"__language": "en", "__zone": "UTC", "__now": None})


def see_other(address: str, *, done: str = "") -> web.Response:
    """After a form: on to a page, which says what was done (`done` is a key of the words under "done.")."""
    told = f"{'&' if '?' in address else '?'}done={done}" if done else ""
    return web.Response(status=303, headers={"Location": address + told, "Cache-Control": "no-store"})


def inside(address: str) -> str:
    """Where to go next, if that is one of our own pages; else the beginning."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if plain and len(address) < 500 else "/o"


def named(form: Mapping[str, Any], field: str) -> str:
    """An id out of a form. What can be no id is told like one that is not there."""
    value = str(form.get(field, ""))
    if not _ID.fullmatch(value):
        raise KeyError(field)
    return value


def plain_id(value: str) -> None:
    """Raises KeyError for what can be no id: ids of offers and resources have dots."""
    if not value or not value.isprintable() or len(value) > 200:
        raise KeyError(value)


def refused(caller: Caller, status: int, code: str) -> web.Response:
    """A page that says why not, and what to do."""
    reason, remedy = said(code, caller.language)
    return page("refused.html", caller, status=status, reason=reason, remedy=remedy)


def said(code: str, language: str) -> tuple[str, str]:
    """A refusal in words: why, and what to do."""
    words = Words(language)
    return words(f"refused.{code}"), words(f"refused.{code}.remedy")


class Words:
    """A sentence by its key, with its blanks filled: `t("team.invited", name="Ann")`."""

    def __init__(self, language: str) -> None:
        self._place = 1 if language == "sw" else 0

    def __call__(self, key: str, **blanks: Any) -> str:
        return self.raw(key).format(**blanks)

    def inside(self, language: str, key: str) -> str:
        """A sentence in another language than the page's: for what customers will read."""
        return Words(language).raw(key)

    def or_raw(self, key: str, written: str) -> str:
        """The sentence, or what a machine wrote where there is none."""
        return WORDS[key][self._place] if key in WORDS else written

    def known(self, key: str) -> str:
        """Nothing for a sentence that there is none of: of names that others give."""
        return self.raw(key) if key in WORDS else ""

    def raw(self, key: str) -> str:
        """With its blanks, for who fills them elsewhere."""
        return WORDS[key][self._place]


def sentences(prefix: str, language: str) -> dict[str, str]:
    """The words of a page's script: those whose keys begin so, and what all pages have."""
    words = Words(language)
    return {key: words.raw(key) for key in WORDS if key.startswith(prefix) or key in ("save", "cancel")}


def _moment(language: str) -> Any:
    def moment(at: datetime, zone: str = "Africa/Nairobi", form: str = "d MMM y, HH:mm") -> str:
        return format_datetime(at.astimezone(ZoneInfo(zone)), form, locale=_LOCALES.get(language, "en_KE"))

    return moment

"""The page on which somebody makes a new business: their first one, or, for who owns one already, another."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from aiohttp import web

from crm import orgs
from crm.orgs import BadOrg, NewOrg
from people import team
from people.users import User
from storage.store import Store
from storage.vault import Vault
from web.console import frame
from web.console.caller import SIGNED_IN, Caller, Way
from web.console.wrong import why

COUNTRIES = {  # where a business is: its clock and its money
    "KE": ("Africa/Nairobi", "KES"),
    "UG": ("Africa/Kampala", "UGX"),
    "TZ": ("Africa/Dar_es_Salaam", "TZS"),
    "NG": ("Africa/Lagos", "NGN"),
}
MOST = 20  # businesses of one owner


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What the form asks for: little, since the checklist asks for the rest."""

    name: str = ""
    country: str = "KE"
    phone: str = ""
    address: str = ""
    language: str = "en"


class Founding(msgspec.Struct, frozen=True):
    """The views."""

    store: Store
    vault: Vault

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path="/o/new", permission=SIGNED_IN, view=self.form),
            Way(method="POST", path="/o/new", permission=SIGNED_IN, view=self.found),
        )

    async def form(self, _request: web.Request, caller: Caller) -> web.Response:
        user, _ = caller.signed_in()
        if not await may_found(self.store, user):
            return frame.refused(caller, 403, "not-a-founder")
        return self._page(caller, Described(language=caller.language))

    async def found(self, request: web.Request, caller: Caller) -> web.Response:
        user, _ = caller.signed_in()
        if not await may_found(self.store, user):
            return frame.refused(caller, 403, "not-a-founder")
        given = _read(await request.post())
        try:
            new = _business(given)
            await orgs.create(self.store, new, also=team.founding(new.id, user, caller.now))
        except BadOrg as error:
            return self._page(caller, given, wrong=why(error, caller.language))
        await self.vault.org(new.id)  # its key
        return frame.see_other(f"/o/{new.id}", done="business-made")

    def _page(self, caller: Caller, given: Described, *, wrong: str = "") -> web.Response:
        return frame.page(
            "business_new.html", caller, status=422 if wrong else 200, given=given, wrong=wrong, countries=COUNTRIES
        )


async def may_found(store: Store, user: User) -> bool:
    """Who works for nobody, and who owns a business. Who was only ever invited works for who invited them."""
    works = await team.of(store, user.id)
    owned = [member for member in works if member.role == "owner"]
    return not works or 0 < len(owned) < MOST


def _read(form: Mapping[str, Any]) -> Described:
    return Described(**{name: str(form.get(name, ""))[:200].strip() for name in Described.__struct_fields__})


def _business(given: Described) -> NewOrg:
    """Its id is readable, and with its end by chance: nobody learns from a refusal which businesses there are."""
    zone, currency = COUNTRIES.get(given.country, COUNTRIES["KE"])
    first = given.language if given.language in orgs.SPOKEN else "en"
    languages = tuple(dict.fromkeys((first, *orgs.SPOKEN)))
    plain = orgs.described({
        "name": given.name, "zone": zone, "phone": given.phone, "address": given.address, "languages": languages
    })  # fmt: skip
    slug = re.sub(r"[^a-z0-9]+", "-", plain["name"].lower()).strip("-")[:40].strip("-")
    return NewOrg(
        id=f"{slug or 'business'}-{secrets.token_hex(3)}", name=plain["name"], zone=zone, currency=currency,
        languages=languages, phone=plain["phone"], address=plain["address"],
    )  # fmt: skip

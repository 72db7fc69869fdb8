"""The simulated Marketing API (Graph API v26.0): nodes, edges, paging, tokens, limits. Under /meta/ in the sandbox.

Faithful in what a client depends on: bodies as forms with JSON inside, `access_token` in the query or as bearer with
`appsecret_proof`, budgets in the currency's smallest unit, cursors, usage headers, and four budgets an hour.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any

from aiohttp import web

from sandbox import ads_faults
from sandbox.ads_meta_errors import MetaError, invalid, missing, of_code
from sandbox.ads_meta_films import Films
from sandbox.ads_meta_films import shown as film_shown
from sandbox.ads_meta_forms import given_in
from sandbox.ads_meta_insights import insights
from sandbox.ads_meta_limits import Limits
from sandbox.ads_meta_objects import EDGES, META, check_change, check_new, offset, runs, shown
from sandbox.ads_meta_pages import paged
from sandbox.ads_world import AdAccount, AdWorld, Thing

_VERSION = r"/meta/{version:v\d+\.\d+}"


class AdsMeta:
    """Handlers of /meta/."""

    def __init__(self, world: AdWorld) -> None:
        self._world = world
        self._limits = Limits(world)
        self._films = Films(world)
        world.runs[META] = runs

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", _VERSION + "/oauth/access_token", self.token),
            web.get(_VERSION + r"/act_{account:\d+}{_:/?}", self.served(self.account)),
            web.get(_VERSION + r"/act_{account:\d+}/{edge}", self.served(self.edge)),
            web.post(_VERSION + r"/act_{account:\d+}/{edge}", self.served(self.create, writes=True)),
            web.get(_VERSION + r"/{id:\d+}{_:/?}", self.served(self.node)),
            web.get(_VERSION + r"/{id:\d+}/{edge}", self.served(self.below)),
            web.post(_VERSION + r"/{id:\d+}{_:/?}", self.served(self.update, writes=True)),
            web.delete(_VERSION + r"/{id:\d+}{_:/?}", self.served(self.delete, writes=True)),
            *self._films.routes(),
        ]

    def served(self, act: Any, *, writes: bool = False) -> Any:
        """Authorise, count, let the hours pass, act; faults of the scenario around it."""

        async def serve(request: web.Request) -> web.StreamResponse:
            async def work() -> web.Response:
                headers: dict[str, str] = {}
                try:
                    given = await given_in(request)
                    account = self._authorised(request, given)
                    headers = self._limits.take(account, 3 if writes else 1)
                    self._world.advance()
                    response = web.json_response(await act(request, account, given))
                except MetaError as error:
                    response = error.response()
                response.headers.update(headers)
                return response

            return await ads_faults.answer(self._world.faults, META, request, writes, work, of_code)

        return serve

    async def token(self, request: web.Request) -> web.Response:
        """A long-lived token for a token that is about to run out."""
        given = await given_in(request)
        for account in self._world.accounts.values():
            mine = (account.client_id, account.client_secret) == (given.get("client_id"), given.get("client_secret"))
            if account.platform == META and mine and given.get("fb_exchange_token") == account.token:
                account.token = f"EAA{secrets.token_hex(12)}"
                self._world.faults.forget(META, "token_expired")
                answer = {"access_token": account.token, "token_type": "bearer", "expires_in": 5_183_944}
                return web.json_response(answer)
        return MetaError(190, "Invalid OAuth access token").response()

    async def account(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        unit = offset(account.currency)
        spent = sum(
            row.spend for thing in self._world.of(META, account.id, "adset")
            for row in self._world.reported(META, thing.id).values()
        )  # fmt: skip
        fields = {
            "id": f"act_{account.id}", "account_id": account.id, "name": account.name, "currency": account.currency,
            "timezone_name": account.zone, "account_status": account.status, "disable_reason": 0,
            "min_daily_budget": int(account.smallest_budget * unit), "amount_spent": str(round(spent * unit)),
        }  # fmt: skip
        return _picked(fields, given)

    async def edge(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        name = request.match_info["edge"]
        if name == "insights":
            return insights(self._world, account, given, None, str(request.url.with_query(None)))
        if name == "advideos":
            return self._listed(self._films.listed(account, given), given, request)
        things = list(self._world.of(META, account.id, self._kind(name)))
        return self._listed(things, given, request)

    async def below(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        """The ad sets of a campaign, the ads of an ad set; insights of either; the stills of a film."""
        thing, name = self._thing(request, account), request.match_info["edge"]
        if name == "insights":
            return insights(self._world, account, given, thing.id, str(request.url.with_query(None)))
        if thing.kind == "video" and name == "thumbnails":
            stills = [_picked(one, given) for one in self._films.stills(thing, str(request.url.origin()))]
            return paged(stills, given, str(request.url.with_query(None)))
        parent = f"{thing.kind}_id"
        things = [
            one for one in self._world.of(META, account.id, self._kind(name)) if one.fields.get(parent) == thing.id
        ]
        return self._listed(things, given, request)

    async def node(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        return _picked(self._shown(self._thing(request, account)), given)

    async def create(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        name = request.match_info["edge"]
        if name == "adimages":
            return self._image(account, given)
        if name == "advideos":
            return self._films.post(account, given)
        kind = self._kind(name)
        fields = check_new(self._world, account, kind, given)
        if kind == "creative":
            self._films.check_creative(account, fields)
        if account.status != 1:
            raise MetaError(200, "The ad account is not in order: settle its payment first", subcode=1487194)
        if "validate_only" in _listed_in(given.get("execution_options")):
            return {"success": True}
        if kind == "ad" and self._world.faults.use(META, "rejected"):
            fields["disapproved"] = True
        thing = self._world.add(META, account.id, kind, self._world.number(12), fields)
        if self._world.faults.use(META, "twice"):
            self._world.add(META, account.id, kind, self._world.number(12), dict(fields))
        return {"id": thing.id}

    def _image(self, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        try:
            content = base64.b64decode(str(given.get("bytes", "")), validate=True)
        except ValueError:
            raise invalid("bytes", "must be base64") from None
        if not content:
            raise invalid("bytes", "must be an image")
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if self._world.get(META, digest) is None:
            self._world.add(META, account.id, "image", digest, {})
        return {"images": {"bytes": {"hash": digest, "url": f"https://scontent.example/{digest}"}}}

    async def update(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        thing = self._thing(request, account)
        changes = check_change(self._world, account, thing, given)
        if "validate_only" in _listed_in(given.get("execution_options")):
            return {"success": True}
        if changes.get("daily_budget", thing.fields.get("daily_budget")) != thing.fields.get("daily_budget"):
            thing.edits.append(self._world.now())
        deleted = changes.get("status") == "DELETED"
        thing.fields.update({name: value for name, value in changes.items() if not (deleted and name == "status")})
        self._world.changed(thing)
        if deleted:
            self._world.delete(thing)
        return {"success": True}

    async def delete(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        self._world.delete(self._thing(request, account))
        return {"success": True}

    def _authorised(self, request: web.Request, given: dict[str, Any]) -> AdAccount:
        header = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        token = str(given.pop("access_token", "") or header)
        proof = str(given.pop("appsecret_proof", ""))
        account = self._owner(request)
        if account is None or not hmac.compare_digest(token, account.token):
            raise MetaError(190, "Invalid OAuth access token - Cannot parse access token")
        if self._world.faults.use(META, "token_expired"):
            raise MetaError(190, subcode=463)
        wanted = hmac.new(account.client_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(proof, wanted):
            raise MetaError(100, "Invalid appsecret_proof provided in the API argument")
        return account

    def _owner(self, request: web.Request) -> AdAccount | None:
        named = request.match_info.get("account", "")
        if named:
            return self._world.account(META, named)
        thing = self._world.get(META, request.match_info["id"])
        if thing is not None:
            return self._world.account(META, thing.account)
        return next((one for one in self._world.accounts.values() if one.platform == META), None)

    def _thing(self, request: web.Request, account: AdAccount) -> Thing:
        thing = self._world.get(META, request.match_info["id"])
        if thing is None or thing.account != account.id:
            raise missing(request.match_info["id"])
        return thing

    def _shown(self, thing: Thing) -> dict[str, Any]:
        return film_shown(self._world, thing) if thing.kind == "video" else shown(self._world, thing)

    def _kind(self, edge: str) -> str:
        if edge not in EDGES:
            raise MetaError(100, f"Tried accessing nonexisting field ({edge})")
        return EDGES[edge]

    def _listed(self, things: list[Thing], given: dict[str, Any], request: web.Request) -> dict[str, Any]:
        rows = [self._shown(thing) for thing in things]
        wanted = _listed_in(given.get("effective_status"))
        filters = given.get("filtering") or []
        if not isinstance(filters, list):
            raise invalid("filtering", "must be an array")
        if not wanted and not any("effective_status" in str(one.get("field")) for one in filters):
            rows = [row for row in rows if row.get("effective_status") not in ("DELETED", "ARCHIVED")]
        rows = [row for row in rows if all(_passes(row, one) for one in filters)]
        rows = [row for row in rows if not wanted or row.get("effective_status") in wanted]
        return paged([_picked(row, given) for row in rows], given, str(request.url.with_query(None)))


def _picked(fields: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """`fields=a,b`: those, and always the id."""
    wanted = _listed_in(given.get("fields"))
    return {name: value for name, value in fields.items() if name == "id" or name in wanted}


def _passes(row: dict[str, Any], one: dict[str, Any]) -> bool:
    field, operator, value = str(one.get("field", "")).rpartition(".")[2], one.get("operator"), one.get("value")
    if operator == "CONTAIN":
        return str(value).lower() in str(row.get(field, "")).lower()
    if operator == "EQUAL":
        return row.get(field) == value
    if operator == "IN":
        return row.get(field) in (value if isinstance(value, list) else [])
    raise invalid("filtering", f"has an unknown operator {operator!r}")


def _listed_in(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return [one for one in str(value or "").split(",") if one]

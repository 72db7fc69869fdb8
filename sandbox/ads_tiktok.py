"""The simulated TikTok Business API (v1.3). Under /tiktok/ in the sandbox.

Every answer is HTTP 200 with {code, message, request_id, data}; money is in major units; what is created is enabled at
once; reports by the hour cover one day of the account's own time.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from hashlib import md5
from typing import Any

from aiohttp import web

from sandbox import ads_faults
from sandbox.ads_tiktok_objects import (
    KINDS,
    TIKTOK,
    TikTokError,
    check_change,
    check_new,
    film_shown,
    runs,
    shown,
    wrong,
)
from sandbox.ads_tiktok_report import reported
from sandbox.ads_world import AdAccount, AdWorld, Thing

_API = "/tiktok/open_api/v1.3"
_LISTS = ("dimensions", "metrics", "fields", "advertiser_ids", "video_ids")
_MESSAGES = {
    40001: "No permission to operate", 40002: "Invalid parameter", 40100: "Requests made too frequently",
    40102: "Access token expired", 40105: "Access token is incorrect or has been revoked", 50000: "System error",
}  # fmt: skip


class AdsTikTok:
    """Handlers of /tiktok/."""

    def __init__(self, world: AdWorld) -> None:
        self._world = world
        world.runs[TIKTOK] = runs

    def routes(self) -> list[web.RouteDef]:
        kind = "{kind:campaign|adgroup|ad}"
        return [
            web.post(f"{_API}/tt_user/oauth2/refresh_token/", self.token),
            web.get(f"{_API}/advertiser/info/", self.served(self.advertiser)),
            web.get(f"{_API}/{kind}/get/", self.served(self.get)),
            web.post(f"{_API}/{kind}/create/", self.served(self.create, writes=True)),
            web.post(f"{_API}/{kind}/update/", self.served(self.update, writes=True)),
            web.post(f"{_API}/{kind}/status/update/", self.served(self.status, writes=True)),
            web.post(f"{_API}/file/image/ad/upload/", self.served(self.image, writes=True)),
            web.post(f"{_API}/file/video/ad/upload/", self.served(self.film, writes=True)),
            web.get(f"{_API}/file/video/ad/search/", self.served(self.films)),
            web.get(f"{_API}/file/video/ad/info/", self.served(self.films)),
            web.get(f"{_API}/report/integrated/get/", self.served(self.report)),
        ]

    def served(self, act: Callable[..., Any], *, writes: bool = False) -> Any:
        async def serve(request: web.Request) -> web.StreamResponse:
            async def work() -> web.Response:
                try:
                    given = await _given(request)
                    account = self._authorised(request, given)
                    self._world.advance()
                    return _answer(0, "OK", await act(request, account, given))
                except TikTokError as error:
                    return _answer(error.code, error.text, {})

            return await ads_faults.answer(self._world.faults, TIKTOK, request, writes, work, of_code)

        return serve

    async def token(self, request: web.Request) -> web.Response:
        given = await _given(request)
        names = ("client_id", "client_secret", "refresh_token")
        for account in self._world.accounts.values():
            if account.platform == TIKTOK and all(given.get(name) == getattr(account, name) for name in names):
                account.token, account.refresh_token = f"act.{secrets.token_hex(12)}", f"rft.{secrets.token_hex(12)}"
                self._world.faults.forget(TIKTOK, "token_expired")
                data = {"access_token": account.token, "refresh_token": account.refresh_token, "expires_in": 86_400}
                return _answer(0, "OK", data)
        return _answer(40105, _MESSAGES[40105], {})

    async def advertiser(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        return {
            "list": [
                {
                    "advertiser_id": account.id, "name": account.name, "currency": account.currency,
                    "timezone": account.zone,
                    "status": "STATUS_ENABLE" if account.status == 1 else "STATUS_LIMIT",
                }
            ]
        }  # fmt: skip

    async def get(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        path = request.match_info["kind"]
        kind, prefix = KINDS[path]
        wanted = given.get("filtering") or {}
        rows = [shown(self._world, thing) for thing in self._world.of(TIKTOK, account.id, kind)]
        if wanted.get("primary_status") != "STATUS_ALL":
            rows = [row for row in rows if row["operation_status"] != "DELETE"]
        for name in ("campaign_ids", "adgroup_ids", "ad_ids"):
            if wanted.get(name):
                ids = [str(one) for one in wanted[name]]
                rows = [row for row in rows if str(row.get(name.removesuffix("s"))) in ids]
        if wanted.get(f"{prefix}_name"):
            rows = [row for row in rows if wanted[f"{prefix}_name"] in row[f"{prefix}_name"]]
        return _paged(rows, given)

    async def create(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        path = request.match_info["kind"]
        kind, prefix = KINDS[path]
        if path == "ad":
            creatives = given.get("creatives") or []
            if len(creatives) != 1:
                raise wrong("creatives: this simulator takes one")
            given = {**creatives[0], "adgroup_id": given.get("adgroup_id")}
        fields = check_new(self._world, account, path, given)
        thing = self._world.add(TIKTOK, account.id, kind, self._world.number(17), fields)
        if self._world.faults.use(TIKTOK, "twice"):
            self._world.add(TIKTOK, account.id, kind, self._world.number(17), {**fields, "request_id": None})
        return {f"{prefix}_id": thing.id, **({"ad_ids": [thing.id]} if path == "ad" else {})}

    async def update(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        path = request.match_info["kind"]
        prefix = KINDS[path][1]
        thing = self._thing(account, path, str(given.get(f"{prefix}_id", "")))
        changes = check_change(account, path, given, thing)
        thing.fields.update(changes)
        self._world.changed(thing)
        return {f"{prefix}_id": thing.id}

    async def status(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        path = request.match_info["kind"]
        prefix, wanted = KINDS[path][1], given.get("operation_status")
        if wanted not in ("ENABLE", "DISABLE", "DELETE"):
            raise wrong("operation_status: must be ENABLE, DISABLE or DELETE")
        things = [self._thing(account, path, str(id)) for id in given.get(f"{prefix}_ids") or []]
        for thing in things:
            if wanted == "DELETE":
                self._world.delete(thing)
            else:
                thing.fields["operation_status"] = wanted
                self._world.changed(thing)
        return {f"{prefix}_ids": [thing.id for thing in things], "status": wanted}

    async def image(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("upload_type") == "UPLOAD_BY_URL":
            signature = md5(str(given.get("image_url", "")).encode(), usedforsecurity=False).hexdigest()
            films = self._world.of(TIKTOK, account.id, "video")
            if given.get("image_url") not in [film_shown(self._world, film)["video_cover_url"] for film in films]:
                raise wrong("image_url: the picture could not be fetched")  # this simulator fetches nothing from afar
        else:
            signature = str(given.get("image_signature", ""))
        if not signature:
            raise wrong("image_signature: Missing data for required field.")
        id = f"ad-site-i18n-sg/{signature}"
        if self._world.get(TIKTOK, id) is None:
            self._world.add(TIKTOK, account.id, "image", id, {})
        return {"image_id": id, "signature": signature}

    async def film(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> list[dict[str, Any]]:
        content, name = given.get("video_file"), str(given.get("file_name", ""))
        if given.get("upload_type") != "UPLOAD_BY_FILE" or not isinstance(content, bytes):
            raise wrong("video_file: this simulator takes UPLOAD_BY_FILE with a file")
        signature = md5(content, usedforsecurity=False).hexdigest()
        if given.get("video_signature") != signature:
            raise wrong("video_signature: does not match the file")
        if not name or any(film.fields["file_name"] == name for film in self._world.of(TIKTOK, account.id, "video")):
            raise TikTokError(40911, "Duplicated material name")
        fields = {"file_name": name, "signature": signature, "size": len(content)}
        film = self._world.add(TIKTOK, account.id, "video", f"v10033g50000{self._world.number(10)}", fields)
        return [film_shown(self._world, film)]

    async def films(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        films = self._world.of(TIKTOK, account.id, "video")
        if request.path.endswith("/info/"):
            if not given.get("video_ids"):
                raise wrong("video_ids: Missing data for required field.")
            films = [film for film in films if film.id in given["video_ids"]]
        return _paged([film_shown(self._world, film) for film in films], given)

    async def report(self, request: web.Request, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        return _paged(reported(self._world, account, given), given)

    def _authorised(self, request: web.Request, given: dict[str, Any]) -> AdAccount:
        ids = given.get("advertiser_ids") or [given.get("advertiser_id")]
        account = self._world.account(TIKTOK, str(ids[0]))
        token = request.headers.get("Access-Token", "")
        if self._world.faults.use(TIKTOK, "token_expired"):
            raise TikTokError(40102, _MESSAGES[40102])
        if account is None or not hmac.compare_digest(token, account.token):
            raise TikTokError(40105, _MESSAGES[40105])
        return account

    def _thing(self, account: AdAccount, path: str, id: str) -> Thing:
        thing = self._world.get(TIKTOK, id)
        if thing is None or thing.kind != KINDS[path][0] or thing.account != account.id or thing.deleted:
            raise wrong(f"{KINDS[path][1]}_id: {id} does not exist or was deleted")
        return thing


def of_code(code: str) -> web.Response:
    return _answer(int(code), _MESSAGES.get(int(code), "Error"), {})


def _answer(code: int, message: str, data: Any) -> web.Response:
    request = secrets.token_hex(12).upper()
    return web.json_response({"code": code, "message": message, "request_id": request, "data": data})


def _paged(rows: list[dict[str, Any]], given: dict[str, Any]) -> dict[str, Any]:
    page, size = int(given.get("page") or 1), int(given.get("page_size") or 10)
    if not 1 <= size <= 1000 or page < 1:
        raise wrong("page_size: Must be between 1 and 1000.")
    found = rows[(page - 1) * size : page * size]
    info = {"page": page, "page_size": size, "total_number": len(rows), "total_page": max(1, -(-len(rows) // size))}
    return {"list": found, "page_info": info}


async def _given(request: web.Request) -> dict[str, Any]:
    """Query with JSON values; lists also as repeated names, as the SDK sends them. Or a JSON body, or a form."""
    if request.method == "GET":
        found: dict[str, Any] = {}
        for name in request.query:
            values = request.query.getall(name)
            found[name] = [_plain(one) for one in values] if len(values) > 1 else _plain(values[0])
            if name in _LISTS and not isinstance(found[name], list):
                found[name] = [found[name]]
        return found
    if request.content_type.startswith("multipart/"):
        sent = await request.post()
        return {name: value if isinstance(value, str) else value.file.read() for name, value in sent.items()}
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise wrong("The request body is not JSON") from None
    return body if isinstance(body, dict) else {}


def _plain(value: str) -> Any:
    try:
        return json.loads(value) if value[:1] in "[{" else value
    except ValueError:
        return value

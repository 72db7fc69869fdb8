"""The simulated Google Ads API over REST (v26), and Google's token endpoint. Under /google/ in the sandbox.

Faithful in what a client depends on: three headers, int64 as text, all operations or none, `validateOnly`, unique
names of campaigns, pages by token, and errors as GoogleAdsFailure.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox import ads_faults
from sandbox.ads_google_errors import VERSION, GoogleError, of_code
from sandbox.ads_google_mutate import BIDDING, GOOGLE, OPERATIONS, Mutation
from sandbox.ads_google_query import search
from sandbox.ads_market import Live
from sandbox.ads_world import AdAccount, AdWorld, Thing

_CUSTOMER = rf"/google/{VERSION}/customers/{{customer:\d+}}/"
_SINGLE = {collection: name for name, (_, collection) in OPERATIONS.items()}
PAGE = 10_000


class AdsGoogle:
    """Handlers of /google/. `service` is the part that REST and gRPC share."""

    def __init__(self, world: AdWorld, page: int = PAGE) -> None:
        self._world = world
        self.page = page
        world.runs[GOOGLE] = runs

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/google/token", self.token),
            web.post(_CUSTOMER + r"googleAds:{method:mutate|search|searchStream}", self.google_ads),
            web.post(_CUSTOMER + r"{collection:\w+}:mutate", self.collection),
        ]

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        for account in self._world.accounts.values():
            given = (form.get("client_id"), form.get("client_secret"), form.get("refresh_token"))
            if account.platform == GOOGLE and given == (
                account.client_id,
                account.client_secret,
                account.refresh_token,
            ):
                account.token = f"ya29.{secrets.token_hex(12)}"
                self._world.faults.forget(GOOGLE, "token_expired")
                return web.json_response({"access_token": account.token, "expires_in": 3599, "token_type": "Bearer"})
        mine = [one for one in self._world.accounts.values() if one.platform == GOOGLE]
        clients = {(one.client_id, one.client_secret) for one in mine}
        if (form.get("client_id"), form.get("client_secret")) not in clients:
            return web.json_response({"error": "invalid_client"}, status=401)
        answer = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        return web.json_response(answer, status=400)

    async def google_ads(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        return await self._served(request, "mutate" if method == "mutate" else method)

    async def collection(self, request: web.Request) -> web.StreamResponse:
        return await self._served(request, request.match_info["collection"])

    async def _served(self, request: web.Request, method: str) -> web.StreamResponse:
        async def work() -> web.Response:
            try:
                account = self.authorised(request.match_info["customer"], request.headers)
                body = json.loads(await request.read() or b"{}")
                return web.json_response(self.call(account, method, body))
            except GoogleError as error:
                return error.response()
            except ValueError as error:
                return GoogleError("INVALID_ARGUMENT", f"Invalid JSON payload received: {error}").response()

        writes = not method.startswith("search")
        return await ads_faults.answer(self._world.faults, GOOGLE, request, writes, work, of_code)

    def authorised(self, customer: str, headers: Mapping[str, str]) -> AdAccount:
        """Raises GoogleError. `headers` may be gRPC's metadata."""
        account = self._world.account(GOOGLE, customer)
        token = headers.get("authorization", headers.get("Authorization", "")).removeprefix("Bearer ")
        if account is None or not hmac.compare_digest(token, account.token):
            raise GoogleError("OAUTH_TOKEN_INVALID", "Request had invalid authentication credentials")
        if self._world.faults.use(GOOGLE, "token_expired"):
            raise GoogleError("OAUTH_TOKEN_EXPIRED", "The access token expired")
        if headers.get("developer-token") != account.developer_token:
            raise GoogleError("DEVELOPER_TOKEN_INVALID", "The developer token is not valid")
        login = headers.get("login-customer-id", "")
        if login and not login.isdecimal():
            raise GoogleError("USER_PERMISSION_DENIED", "login-customer-id must be digits")
        return account

    def call(self, account: AdAccount, method: str, body: dict[str, Any]) -> Any:
        """What a method answers, as JSON. Raises GoogleError."""
        self._world.advance()
        if method == "search":
            return self._page(search(self._world, account, str(body.get("query", ""))), str(body.get("pageToken", "")))
        if method == "searchStream":
            rows = search(self._world, account, str(body.get("query", "")))
            return [{"results": rows, "requestId": secrets.token_urlsafe(12)}] if rows else []
        if method == "mutate":
            operations = body.get("mutateOperations") or []
            made = self._mutate(account, operations, body)
            return {"mutateOperationResponses": made} if made else {}
        if method not in _SINGLE:
            raise GoogleError("RESOURCE_NOT_FOUND", f"No service for {method}")
        operations = [{_SINGLE[method]: one} for one in body.get("operations") or []]
        made = self._mutate(account, operations, body)
        return {"results": [next(iter(one.values())) for one in made]} if made else {}

    def _mutate(self, account: AdAccount, operations: list[Any], body: dict[str, Any]) -> list[dict[str, Any]]:
        if not operations or len(operations) > 10_000:
            raise GoogleError("REQUIRED_FIELD_MISSING", "operations must hold 1 to 10,000")
        return Mutation(self._world, account).apply(operations, validate_only=bool(body.get("validateOnly")))

    def _page(self, rows: list[dict[str, Any]], token: str) -> dict[str, Any]:
        try:
            start = int(base64.urlsafe_b64decode(token or "MA==").decode())
        except ValueError:
            raise GoogleError("INVALID_PAGE_TOKEN") from None
        answer: dict[str, Any] = {"results": rows[start : start + self.page]} if rows else {}
        if start + self.page < len(rows):
            answer["nextPageToken"] = base64.urlsafe_b64encode(str(start + self.page).encode()).decode()
        return answer


def runs(world: AdWorld, thing: Thing) -> Live | None:
    """An ad group that is enabled, in an enabled campaign, with an enabled ad."""
    account = world.account(GOOGLE, thing.account)
    if thing.kind != "adset" or account is None or account.status != 1 or thing.fields.get("status") != "ENABLED":
        return None
    campaign = world.get(GOOGLE, thing.fields["campaign_id"])
    if campaign is None or campaign.deleted or campaign.fields.get("status") != "ENABLED":
        return None
    ends = campaign.fields.get("endDateTime")
    ads = [one for one in world.things.values() if one.platform == GOOGLE and one.fields.get("adgroup_id") == thing.id]
    shown = [one for one in ads if one.kind == "ad" and not one.deleted and one.fields.get("status") == "ENABLED"]
    if not any(not one.fields.get("disapproved") for one in shown):
        return None
    if ends and str(ends) <= world.now().strftime("%Y-%m-%d %H:%M:%S"):
        return None
    budget = world.get(GOOGLE, str(campaign.fields["campaignBudget"]).rpartition("/")[2])
    amount = int(budget.fields["amountMicros"]) / 1_000_000 if budget is not None else 0.0
    name = next((name for name in BIDDING if name in campaign.fields), "targetSpend")
    bid = int(campaign.fields.get(name, {}).get(BIDDING[name][1], 0)) / 1_000_000
    return Live(
        id=thing.id, platform=GOOGLE, account=account.id, name=str(campaign.fields["name"]), budget=amount,
        currency=account.currency, bid=bid or None, result="click" if name == "targetSpend" else "order",
    )  # fmt: skip

"""The simulated Google Ads API over gRPC, for clients that speak nothing else: Google's own SDK.

A thin layer over `AdsGoogle.call`: messages become the REST form and back by Google's own definitions, so that both
ways must agree. Needs the packages grpcio and google-ads (development dependencies); nothing starts it but a test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
from google.ads.googleads.v26.errors.types import errors
from google.ads.googleads.v26.services.types import (
    ad_group_ad_service,
    ad_group_service,
    campaign_budget_service,
    campaign_service,
    google_ads_service,
)
from google.protobuf.json_format import MessageToDict, ParseDict

from sandbox.ads_google import AdsGoogle
from sandbox.ads_google_errors import VERSION, GoogleError

_FAILURE = f"google.ads.googleads.{VERSION}.errors.googleadsfailure-bin"
# service: {method: (our method, request, response, streams)}
_SERVICES: dict[str, dict[str, tuple[str, Any, Any, bool]]] = {
    "GoogleAdsService": {
        "Mutate": (
            "mutate",
            google_ads_service.MutateGoogleAdsRequest,
            google_ads_service.MutateGoogleAdsResponse,
            False,
        ),
        "Search": (
            "search",
            google_ads_service.SearchGoogleAdsRequest,
            google_ads_service.SearchGoogleAdsResponse,
            False,
        ),
        "SearchStream": (
            "searchStream",
            google_ads_service.SearchGoogleAdsStreamRequest,
            google_ads_service.SearchGoogleAdsStreamResponse,
            True,
        ),
    },
    "CampaignBudgetService": {
        "MutateCampaignBudgets": (
            "campaignBudgets",
            campaign_budget_service.MutateCampaignBudgetsRequest,
            campaign_budget_service.MutateCampaignBudgetsResponse,
            False,
        ),
    },
    "CampaignService": {
        "MutateCampaigns": (
            "campaigns",
            campaign_service.MutateCampaignsRequest,
            campaign_service.MutateCampaignsResponse,
            False,
        ),
    },
    "AdGroupService": {
        "MutateAdGroups": (
            "adGroups",
            ad_group_service.MutateAdGroupsRequest,
            ad_group_service.MutateAdGroupsResponse,
            False,
        ),
    },
    "AdGroupAdService": {
        "MutateAdGroupAds": (
            "adGroupAds",
            ad_group_ad_service.MutateAdGroupAdsRequest,
            ad_group_ad_service.MutateAdGroupAdsResponse,
            False,
        ),
    },
}


def server(service: AdsGoogle, key: bytes, certificate: bytes) -> tuple[grpc.aio.Server, int]:
    """A server on a loopback port, not started yet. TLS, since the SDK knows no other way."""
    made = grpc.aio.server()
    for name, methods in _SERVICES.items():
        handlers = {method: _handler(service, *about) for method, about in methods.items()}
        full = f"google.ads.googleads.{VERSION}.services.{name}"
        made.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(full, handlers),))
    credentials = grpc.ssl_server_credentials([(key, certificate)])
    return made, made.add_secure_port("localhost:0", credentials)


def _handler(service: AdsGoogle, ours: str, request: Any, response: Any, streams: bool) -> Any:
    read: Callable[[bytes], Any] = request.pb().FromString

    async def answer(message: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        body = MessageToDict(message, use_integers_for_enums=False)
        metadata = {str(name): str(value) for name, value in context.invocation_metadata() or ()}
        try:
            account = service.authorised(str(body.pop("customerId", "")), metadata)
            return service.call(account, ours, _rest(body))
        except GoogleError as error:
            failure = ParseDict(error.failure(), errors.GoogleAdsFailure.pb()())
            code = getattr(grpc.StatusCode, error.status)
            await context.abort(code, error.text, ((_FAILURE, failure.SerializeToString()),))

    async def one(message: Any, context: grpc.aio.ServicerContext[Any, Any]) -> bytes:
        return bytes(ParseDict(await answer(message, context), response.pb()()).SerializeToString())

    async def many(message: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        for part in await answer(message, context):
            yield ParseDict(part, response.pb()()).SerializeToString()

    if streams:
        return grpc.unary_stream_rpc_method_handler(many, request_deserializer=read)
    return grpc.unary_unary_rpc_method_handler(one, request_deserializer=read)


def _rest(body: dict[str, Any]) -> dict[str, Any]:
    """A field mask is text in JSON and stays text; a singular operation is one of a list."""
    if "operation" in body:
        body["operations"] = [body.pop("operation")]
    return body

"""google-ads, Google's own SDK over gRPC and TLS, as an independent client of the simulated Google Ads API."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sandbox.ads import Platforms, running

pytest.importorskip("google.ads.googleads")

from google.ads.googleads.client import GoogleAdsClient
from google.ads.googleads.errors import GoogleAdsException
from google.api_core.exceptions import ResourceExhausted
from google.oauth2.credentials import Credentials

from sandbox import ads_google_grpc
from sandbox.ads_google import AdsGoogle

pytestmark = pytest.mark.xdist_group("grpc")  # one certificate a process


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[bytes, bytes]]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = made.public_bytes(serialization.Encoding.PEM)
    path: Path = tmp_path_factory.mktemp("tls") / "roots.pem"
    path.write_bytes(pem)
    before = os.environ.get("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH")
    os.environ["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"] = str(path)
    form = serialization.PrivateFormat.PKCS8
    yield key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()), pem
    if before is None:
        del os.environ["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"]
    else:
        os.environ["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"] = before


@asynccontextmanager
async def sdk(certificate: tuple[bytes, bytes], token: str = "") -> AsyncIterator[tuple[Platforms, GoogleAdsClient]]:
    async with running() as platforms:
        own = platforms.account("google")
        server, port = ads_google_grpc.server(AdsGoogle(platforms.world), *certificate)
        await server.start()
        client = GoogleAdsClient(
            credentials=Credentials(token=token or own.token), developer_token=own.developer_token,
            login_customer_id=own.id, version="v26", endpoint=f"localhost:{port}", use_proto_plus=True,
        )  # fmt: skip
        yield platforms, client
        await server.stop(None)


def _launch(client: GoogleAdsClient, customer: str) -> str:
    """Budget, campaign, ad group and ad, one service after the other, as Google's examples do. The campaign's name."""
    budget = client.get_type("CampaignBudgetOperation")
    budget.create.name, budget.create.amount_micros = "Braids", 500_000_000
    budget.create.delivery_method = client.enums.BudgetDeliveryMethodEnum.STANDARD
    service = client.get_service("CampaignBudgetService")
    made = service.mutate_campaign_budgets(customer_id=customer, operations=[budget]).results[0].resource_name
    campaign = client.get_type("CampaignOperation")
    campaign.create.name, campaign.create.campaign_budget = "Braids", made
    campaign.create.advertising_channel_type = client.enums.AdvertisingChannelTypeEnum.SEARCH
    campaign.create.status = client.enums.CampaignStatusEnum.ENABLED
    campaign.create.target_spend = client.get_type("TargetSpend")
    campaign.create.contains_eu_political_advertising = (
        client.enums.EuPoliticalAdvertisingStatusEnum.DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING
    )
    service = client.get_service("CampaignService")
    above = service.mutate_campaigns(customer_id=customer, operations=[campaign]).results[0].resource_name
    group = client.get_type("AdGroupOperation")
    group.create.name, group.create.campaign = "Braids", above
    group.create.status = client.enums.AdGroupStatusEnum.ENABLED
    service = client.get_service("AdGroupService")
    within = service.mutate_ad_groups(customer_id=customer, operations=[group]).results[0].resource_name
    ad = client.get_type("AdGroupAdOperation")
    ad.create.ad_group, ad.create.status = within, client.enums.AdGroupAdStatusEnum.ENABLED
    ad.create.ad.final_urls.append("https://mara.example")
    for texts, wanted in (("headlines", ("One", "Two", "Three")), ("descriptions", ("First.", "Second."))):
        for text in wanted:
            asset = client.get_type("AdTextAsset")
            asset.text = text
            getattr(ad.create.ad.responsive_search_ad, texts).append(asset)
    client.get_service("AdGroupAdService").mutate_ad_group_ads(customer_id=customer, operations=[ad])
    return str(above)


def _report(client: GoogleAdsClient, customer: str) -> list[Any]:
    query = (
        "SELECT ad_group.id, segments.hour, metrics.cost_micros, metrics.conversions FROM ad_group "
        "WHERE segments.date BETWEEN '2026-11-21' AND '2026-11-22'"
    )
    service = client.get_service("GoogleAdsService")  # its channel lives as long as it does
    batches = service.search_stream(customer_id=customer, query=query)
    return [row for batch in batches for row in batch.results]


async def test_the_sdk_creates_reads_and_reports_a_campaign(certificate: tuple[bytes, bytes]) -> None:
    async with sdk(certificate) as (platforms, client):
        customer = platforms.account("google").id
        await platforms.call(lambda: _launch(client, customer))
        platforms.pass_hours(10)
        rows = await platforms.call(lambda: _report(client, customer))
        assert len(rows) == 10
        assert sum(row.metrics.cost_micros for row in rows) > 0
        query = "SELECT campaign.id, campaign.name, campaign_budget.amount_micros FROM campaign"
        service = client.get_service("GoogleAdsService")
        found = await platforms.call(lambda: list(service.search(customer_id=customer, query=query)))
        assert [(row.campaign.name, row.campaign_budget.amount_micros) for row in found] == [("Braids", 500_000_000)]


async def test_the_sdk_sets_what_a_click_may_cost_and_empties_it_by_its_mask(certificate: tuple[bytes, bytes]) -> None:
    async with sdk(certificate) as (platforms, client):
        customer = platforms.account("google").id
        campaign = await platforms.call(lambda: _launch(client, customer))

        def change(micros: int | None) -> None:
            operation = client.get_type("CampaignOperation")
            operation.update.resource_name = campaign
            operation.update.target_spend = client.get_type("TargetSpend")
            if micros is not None:
                operation.update.target_spend.cpc_bid_ceiling_micros = micros
            operation.update_mask.paths.append("target_spend.cpc_bid_ceiling_micros")
            client.get_service("CampaignService").mutate_campaigns(customer_id=customer, operations=[operation])

        def read() -> tuple[str, int]:
            query = "SELECT campaign.bidding_strategy_type, campaign.target_spend.cpc_bid_ceiling_micros FROM campaign"
            service = client.get_service("GoogleAdsService")  # its channel lives as long as it does
            (row,) = service.search(customer_id=customer, query=query)
            return row.campaign.bidding_strategy_type.name, row.campaign.target_spend.cpc_bid_ceiling_micros

        assert await platforms.call(read) == ("TARGET_SPEND", 0)
        await platforms.call(lambda: change(40_000_000))
        assert await platforms.call(read) == ("TARGET_SPEND", 40_000_000)
        with pytest.raises(GoogleAdsException) as fraction:
            await platforms.call(lambda: change(40_000_001))
        assert fraction.value.failure.errors[0].error_code.bidding_error.name == "BID_TOO_MANY_FRACTIONAL_DIGITS"
        await platforms.call(lambda: change(None))
        assert await platforms.call(read) == ("TARGET_SPEND", 0)


async def test_the_sdk_understands_the_refusals(certificate: tuple[bytes, bytes]) -> None:
    async with sdk(certificate) as (platforms, client):
        customer = platforms.account("google").id
        await platforms.call(lambda: _launch(client, customer))
        with pytest.raises(GoogleAdsException) as taken:
            await platforms.call(lambda: _launch(client, customer))
        code = taken.value.failure.errors[0].error_code
        assert code.campaign_error.name == "DUPLICATE_CAMPAIGN_NAME"
        bad = client.get_service("GoogleAdsService")
        with pytest.raises(GoogleAdsException) as query:
            await platforms.call(lambda: list(bad.search(customer_id=customer, query="SELECT nonsense")))
        assert query.value.failure.errors[0].error_code.query_error.name == "UNEXPECTED_INPUT"


async def test_the_sdk_is_not_let_in_with_a_wrong_token(certificate: tuple[bytes, bytes]) -> None:
    async with sdk(certificate, token="another") as (platforms, client):
        customer = platforms.account("google").id
        with pytest.raises((GoogleAdsException, Exception)) as refused:
            await platforms.call(lambda: _report(client, customer))
        assert not isinstance(refused.value, ResourceExhausted)
        assert "OAUTH_TOKEN_INVALID" in str(refused.value) or "authentication" in str(refused.value)

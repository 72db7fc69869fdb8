"""The demo: two made-up businesses, simulated WhatsApp and M-Pesa beside the server, and a clock that can be moved.

Imported only where a demo is wanted: it brings the simulated providers and an ad market along.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aiohttp import web

from composition import fortnight, sites
from composition.fortnight import Fortnight, Lived
from composition.fortnights import Fortnights
from composition.house import House
from composition.lines import DEMO_TOKEN
from composition.settings import Settings
from crm import orgs
from crm.seed import APARTMENTS, CLINIC, NUMBERS, seed
from payments.mpesa.account import Account, sealed_account
from people import arriving
from people.users import Users
from runtime.clock import Clock
from sandbox.ads_market import Market, Steady
from sandbox.app import build
from sandbox.market.single import LiveMarket
from sandbox.settings import DEFAULT_CUSTOMERS, Merchant, SandboxSettings, SimulatedBusiness, SimulatedCustomer
from storage.store import Update
from web import control

_CLOCK_FILE = "demo.clock"
TEMPLATES = {  # what stands in for a text when WhatsApp's window is closed; the simulated Meta has approved them
    "winback": {"name": "offer_note", "category": "marketing"},
    "ad_report": {"name": "report_note", "category": "utility"},
    "default": {"name": "booking_note", "category": "utility"},
}
NAMES = {CLINIC: "Tabasamu Dental Clinic", APARTMENTS: "Pwani Stays Nyali"}
SPARE = "100000000000003"  # a number of the simulated WhatsApp for the business that a visitor makes
OWNER = SimulatedCustomer(id="owner", name="Amina (the owner)", msisdn="254709000102")  # of both businesses
SHORTCODES = {CLINIC: "174379", APARTMENTS: "174380"}


def welcome(settings: Settings, way_in: str) -> str:
    return (
        "\nAAIS is running with simulated WhatsApp and M-Pesa. Nothing leaves this machine.\n"
        f"  Chat as a customer:  {phone_url(settings)}   (the PIN of every simulated phone is 1234)\n"
        f"  Be the owner:        {way_in}   (signs in once)\n"
        f"  What is here:        {settings.app_url}/\n"
        f"  Run ads:             write ads from the owner's phone, {phone_url(settings)}?customer=owner, or under Ads\n"
        "  In a terminal:       .venv/bin/aais chat\n"
        "  A fortnight of ads:  .venv/bin/aais ads demo   (three minutes; or the button under Ads, Campaigns)\n"
        "Ctrl+C stops it; what was said is kept.\n"
    )


def phone_url(settings: Settings) -> str:
    return f"{settings.sandbox_url}/" if settings.sandbox_url else f"http://{settings.host}:{settings.sandbox_port}/"


async def prepare(house: House) -> None:
    """The demo businesses, if they are not there yet, each with a paybill and approved templates of its own."""
    for org in await seed(house.store, house.vault):
        document = await house.store.get("orgs", org) or {}
        if not document.get("mpesa"):
            change = sealed_account(_account(house.settings, org), await house.vault.org(org))
            await house.store.commit([Update("orgs", org, change)])
        if not document.get("templates"):
            await orgs.change(house.store, org, templates=TEMPLATES)
    await sites.prepare(house.store, house.settings)
    await fortnight.prepare(house)


async def way_in(house: House) -> str:
    """A link that signs in the owner of the demo businesses, once."""
    now = datetime.now(UTC)  # sessions have the world's time, whatever the demo's clock says
    users = Users(house.store, house.vault)
    owner = await arriving.let_in(house.store, users, "owner@demo.example", "Amina", NUMBERS, "owner", now)
    return await arriving.way_in(house.store, owner, house.settings.app_url, now)


def _account(settings: Settings, org: str) -> Account:
    mpesa = settings.mpesa
    if mpesa is None:
        raise ValueError("the demo always has M-Pesa settings")
    return Account(
        consumer_key=str(mpesa.consumer_key),
        consumer_secret=str(mpesa.consumer_secret),
        shortcode=SHORTCODES[org],
        passkey=str(mpesa.passkey),
        base_url=mpesa.base_url,
    )


def kept_clock(settings: Settings) -> Clock:
    """A clock that is as far ahead as it was when the demo was stopped: time must not run backwards in the journal."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / _CLOCK_FILE
    clock = Clock()
    if path.exists():
        clock.move(timedelta(seconds=float(path.read_text() or 0)))
    clock.on_move(lambda: path.write_text(str(clock.ahead.total_seconds())) and None)
    return clock


def market() -> LiveMarket:
    """What the demo's ads meet: one that sells well, one that just pays, one that does not."""
    return fortnight.market()


def services(fortnights: Fortnights) -> dict[str, control.Asked]:
    """What the operator's door offers in a demo alone."""

    async def lived(asked: Fortnight, tell: control.Tell) -> Lived:
        return await fortnights.live(asked, tell)

    return {"fortnight": control.Asked(Fortnight, lived)}


def sandbox(house: House, market: Market | None = None) -> web.Application:
    """The simulated providers, which know of us what real ones would: secrets and a webhook address."""
    settings = house.settings
    if settings.mpesa is None:
        raise ValueError("the demo always has M-Pesa settings")
    businesses = tuple(
        SimulatedBusiness(
            phone_number_id=number, display_number=f"25470900{place}01", waba_id=f"2{number[1:]}", name=NAMES[org]
        )
        for place, (org, number) in enumerate(NUMBERS.items(), start=1)
    )
    spare = SimulatedBusiness(
        phone_number_id=SPARE, display_number="254709000301", waba_id=f"2{SPARE[1:]}", name="Your own business"
    )
    merchants = tuple(
        Merchant(shortcode=SHORTCODES[org], passkey=settings.mpesa.passkey, name=NAMES[org].upper()) for org in NAMES
    )
    return build(
        SandboxSettings(
            app_secret=settings.whatsapp.app_secret,
            verify_token=settings.whatsapp.verify_token,
            webhook_url=f"http://{settings.host}:{settings.port}/webhooks/whatsapp",
            access_token=DEMO_TOKEN,
            businesses=(*businesses, spare),
            merchants=merchants,
            consumer_key=settings.mpesa.consumer_key,
            consumer_secret=settings.mpesa.consumer_secret,
            now=house.clock.now,
            move=house.runtime.skip,
            speed=float(settings.sandbox_speed),
            customers=(*DEFAULT_CUSTOMERS, OWNER),
            pages=sites.pages(settings),
            state_path=settings.data_dir / "sandbox.json",
            market=market or Steady(),
        )
    )

"""Settings come from the environment and are checked once, at start; the rest of the house gets a value.

Whatever is missing or malformed is said in one sentence a setting, all of them together, before
anything is opened. Secrets are read here and nowhere else, and never appear in `repr`.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from channels.cost import SHIPPED, BadRates, Rates, load_rates
from channels.whatsapp.graph import GRAPH_API_URL
from composition.settings_error import SettingsError
from hooks.hosts import Hosts, hosts
from payments.mpesa.account import HOSTS
from storage.errors import BadKey
from storage.vault import new_master_key, parse_master_keys

DEMO_HOST = "127.0.0.1"


class Secret(str):
    """A string that does not show itself in logs and tracebacks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)" if self else "Secret('')"


class Mpesa(msgspec.Struct, frozen=True, kw_only=True):
    """Daraja credentials used by orgs that have none of their own."""

    consumer_key: Secret
    consumer_secret: Secret
    shortcode: str
    passkey: Secret
    environment: str  # sandbox | production
    webhook_secret: Secret
    base_url: str


class WhatsApp(msgspec.Struct, frozen=True, kw_only=True):
    """The Meta app that all orgs' numbers belong to."""

    provider: str  # cloud | sandbox
    app_secret: Secret
    verify_token: Secret
    base_url: str
    rates: Rates  # what messages cost


class Smtp(msgspec.Struct, frozen=True, kw_only=True):
    """The mail server that letters to the people of the console go through."""

    host: str
    port: int
    user: str
    password: Secret
    sender: str
    tls: bool


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """Where pictures and films are kept, if not in a folder: S3, or what speaks its protocol (`endpoint`)."""

    bucket: str
    endpoint: str
    region: str
    key: Secret  # empty: as boto3 finds it, such as by the machine's role
    secret: Secret
    prefix: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the server reads from its surroundings."""

    app_url: str
    host: str
    port: int
    data_dir: Path
    encryption_keys: Secret  # comma-separated base64 keys, the first one wraps
    mongodb_uri: Secret
    mongodb_db: str
    redis_url: Secret
    queue_prefix: str
    whatsapp: WhatsApp
    mpesa: Mpesa | None
    smtp: Smtp | None  # None: letters are printed
    proxies: int  # how many of ours stand before the server and write X-Forwarded-For
    demo: bool
    sandbox_port: int
    sandbox_url: str  # of simulated providers that run elsewhere; empty when the demo starts its own
    sandbox_speed: int  # simulated delays are divided by it
    fortnight_hours: int  # how long the fortnight of the console's button is
    log_format: str
    flows_dir: Path
    rules_dir: Path
    ads_url: str = ""  # a simulator or proxy of the ad platforms; empty: their own addresses
    assets: Bucket | None = None  # None: pictures and films are in the data folder
    webhook_hosts: Hosts = Hosts()  # where rules may send; none unless it is named
    page_hosts: frozenset[str] = frozenset()  # landing pages are asked for there only; empty: anywhere public


def simulator(settings: Settings) -> str:
    """Where the demo's simulated providers are."""
    return settings.sandbox_url or f"http://{settings.host}:{settings.sandbox_port}"


HERE = Path(__file__).resolve().parent.parent


def read(environment: Mapping[str, str] | None = None, *, demo: bool = False) -> Settings:
    """Settings from the environment. In the demo every secret has a made-up value kept in the data folder."""
    reader = _Reader(dict(os.environ if environment is None else environment), demo)
    port = reader.integer("PORT", 8080, 1, 65535)
    sandbox_port = reader.integer("SANDBOX_PORT", 8090, 1, 65535)
    data_dir = Path(reader.text("DATA_DIR", "data"))
    sandbox_url = reader.optional_url("SANDBOX_URL") if demo else ""
    simulated = sandbox_url or f"http://{DEMO_HOST}:{sandbox_port}" if demo else ""
    settings = Settings(
        app_url=reader.url("APP_URL", f"http://{DEMO_HOST}:{port}" if demo else "http://localhost:8080"),
        host=reader.text("HOST", DEMO_HOST),
        port=port,
        data_dir=data_dir,
        encryption_keys=reader.encryption_keys(data_dir),
        mongodb_uri=Secret(reader.text("MONGODB_URI", "")),
        mongodb_db=reader.text("MONGODB_DB", "aais"),
        redis_url=Secret(reader.text("REDIS_URL", "")),
        queue_prefix=reader.text("QUEUE_PREFIX", "aais"),
        whatsapp=WhatsApp(
            provider=reader.choice("WHATSAPP_PROVIDER", "sandbox" if demo else "cloud", ("cloud", "sandbox")),
            app_secret=reader.secret("WHATSAPP_WEBHOOK_SECRET", "the app secret of your Meta app"),
            verify_token=reader.secret("WHATSAPP_VERIFY_TOKEN", "any phrase, entered again in Meta's webhook form"),
            base_url=reader.url("GRAPH_API_URL", simulated or GRAPH_API_URL),
            rates=reader.rates("WHATSAPP_RATES"),
        ),
        mpesa=_mpesa(reader, simulated),
        smtp=_smtp(reader),
        proxies=reader.integer("PROXIES", 0, 0, 5),
        demo=demo,
        sandbox_port=sandbox_port,
        sandbox_url=sandbox_url,
        sandbox_speed=reader.integer("SANDBOX_SPEED", 1, 1, 1000),
        fortnight_hours=reader.integer("FORTNIGHT_HOURS", 14 * 24, 1, 60 * 24),
        log_format=reader.choice("LOG_FORMAT", "console" if demo else "json", ("console", "json")),
        flows_dir=Path(reader.text("FLOWS_DIR", str(HERE / "flows"))),
        rules_dir=Path(reader.text("RULES_DIR", str(HERE / "rules"))),
        ads_url=reader.optional_url("ADS_URL"),
        assets=_bucket(reader),
        webhook_hosts=reader.hosts("WEBHOOK_HOSTS"),
        page_hosts=frozenset(host.strip().lower() for host in reader.text("PAGE_HOSTS", "").split(",") if host.strip()),
    )
    if reader.problems:
        raise SettingsError(reader.problems)
    return settings


def _mpesa(reader: _Reader, simulator: str) -> Mpesa | None:
    names = ("MPESA_CONSUMER_KEY", "MPESA_CONSUMER_SECRET", "MPESA_SHORTCODE", "MPESA_PASSKEY")
    if not reader.demo and not any(reader.environment.get(name) for name in names):
        return None  # orgs may bring their own, or take no deposits
    environment = reader.choice("MPESA_ENV", "sandbox", ("sandbox", "production"))
    return Mpesa(
        consumer_key=reader.secret("MPESA_CONSUMER_KEY", "from the Daraja portal"),
        consumer_secret=reader.secret("MPESA_CONSUMER_SECRET", "from the Daraja portal"),
        shortcode=reader.digits("MPESA_SHORTCODE", "174379" if reader.demo else ""),
        passkey=reader.secret("MPESA_PASSKEY", "from the Daraja portal"),
        environment=environment,
        webhook_secret=reader.secret("MPESA_WEBHOOK_SECRET", "any long random phrase; it makes callback addresses"),
        base_url=reader.url("DARAJA_API_URL", simulator or HOSTS[environment]),
    )


def _bucket(reader: _Reader) -> Bucket | None:
    name = reader.text("ASSETS_BUCKET", "")
    if not name:
        return None
    key, secret = reader.text("ASSETS_KEY", ""), reader.text("ASSETS_SECRET", "")
    if bool(key) != bool(secret):
        reader.problems.append("ASSETS_KEY and ASSETS_SECRET go together: set both, or neither for the machine's own.")
    return Bucket(
        bucket=name, endpoint=reader.optional_url("ASSETS_ENDPOINT"), region=reader.text("ASSETS_REGION", "us-east-1"),
        key=Secret(key), secret=Secret(secret), prefix=reader.text("ASSETS_PREFIX", "aais"),
    )  # fmt: skip


def _smtp(reader: _Reader) -> Smtp | None:
    raw = reader.text("SMTP_URL", "")
    if not raw:
        return None
    try:
        parts = urlsplit(raw)
        host, port = parts.hostname or "", parts.port or (465 if parts.scheme == "smtps" else 587)
    except ValueError:  # a port that is no number
        host, port, parts = "", 0, urlsplit("")
    sender = reader.text("MAIL_FROM", "")
    local = host in ("localhost", "127.0.0.1", "::1")
    if parts.scheme not in ("smtp", "smtps") or not host:
        reader.problems.append("SMTP_URL must be like smtps://user:password@mail.example.co.ke:465 (or smtp://).")
    if "@" not in sender:
        reader.problems.append("MAIL_FROM must be the address that letters come from, such as hello@example.co.ke.")
    return Smtp(
        host=host, port=port, user=unquote(parts.username or ""), password=Secret(unquote(parts.password or "")),
        sender=sender, tls=not local,
    )  # fmt: skip


class _Reader:
    """Reads one variable at a time and collects what is wrong instead of stopping at the first."""

    def __init__(self, environment: dict[str, str], demo: bool) -> None:
        self.environment = environment
        self.demo = demo
        self.problems: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name, "").strip() or default

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        raw = self.text(name, str(default))
        if raw.isdecimal() and low <= int(raw) <= high:
            return int(raw)
        self.problems.append(f"{name} must be a whole number from {low} to {high}; it is {raw!r}.")
        return default

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default).lower()
        if value not in allowed:
            self.problems.append(f"{name} must be one of {', '.join(allowed)}; it is {value!r}.")
            return default
        return value

    def digits(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not value.isdecimal():
            self.problems.append(f"{name} must be digits only, such as 174379; it is {value!r}.")
        return value

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a broken bracket, or a port that is no number
            usable = False
        if not usable:
            self.problems.append(f"{name} must be an address such as https://example.co.ke; it is {value!r}.")
        elif parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            self.problems.append(f"{name} must begin with https:// (http is for this machine only); it is {value!r}.")
        return value

    def optional_url(self, name: str) -> str:
        return self.url(name, "") if self.text(name, "") else ""

    def secret(self, name: str, meaning: str) -> Secret:
        value = self.text(name, f"demo-{name.lower()}" if self.demo else "")
        if not value:
            self.problems.append(f"{name} is not set: it is {meaning}.")
        return Secret(value)

    def hosts(self, name: str) -> Hosts:
        try:
            return hosts(self.text(name, "").split(","))
        except ValueError as error:
            self.problems.append(
                f"{name} must be hosts with commas between, such as hooks.example.com,*.zapier.com; "
                f"{str(error)!r} is none."
            )
            return Hosts()

    def rates(self, name: str) -> Rates:
        path = self.text(name, "")
        try:
            return load_rates(Path(path) if path else SHIPPED)
        except BadRates as error:
            self.problems.append(f"{name} must be a file like channels/rates.yaml: {error}.")
            return load_rates()

    def encryption_keys(self, data_dir: Path) -> Secret:
        raw = self.text("ENCRYPTION_KEY", "")
        if not raw and self.demo:
            raw = _demo_key(data_dir)
        if not raw.strip(", "):
            self.problems.append("ENCRYPTION_KEY is not set: make one with `aais keys new` and keep it safe.")
            return Secret("")
        try:
            parse_master_keys(raw)
        except BadKey as error:
            self.problems.append(f"{error}.")
        return Secret(raw)


def _demo_key(data_dir: Path) -> str:
    """The demo's own key, made once and kept beside its data with access for the owner only.

    Of two processes that start at once the first to link its file wins, and the other reads it: whole, never half.
    """
    path = data_dir / "demo.key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(prefix="demo.key.", dir=data_dir)  # mode 0600
        try:
            with os.fdopen(descriptor, "w") as handle:
                handle.write(new_master_key())
            with contextlib.suppress(FileExistsError):
                os.link(made, path)
        finally:
            os.unlink(made)
    return path.read_text().strip()

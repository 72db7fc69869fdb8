"""Where a server may send: nowhere, unless who runs it named the host, and then only to what that host really is."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from composition.settings import read
from composition.settings_error import SettingsError
from hooks.hosts import Hosts, hosts
from hooks.posting import Poster, Unreached, _after
from runtime.addresses import BadAddress
from runtime.pinned import Pinned
from tests.hooks.town import Receiver

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LEADS = {
    "hooks.example.com": ["93.184.216.34"], "inside.example.com": ["10.0.0.7"], "a.zapier.com": ["93.184.216.34"],
    "rebind.example.com": ["93.184.216.34", "127.0.0.1"], "meta.example.com": ["169.254.169.254"],
    "n8n.lan": ["10.0.0.5"], "six.example.com": ["fd00::1"], "mapped.example.com": ["::ffff:127.0.0.1"],
}  # fmt: skip


async def _looked_up(host: str, port: int) -> Sequence[str]:
    return LEADS[host]


@pytest.mark.parametrize(
    ("named", "url", "code"),
    [
        ("", "https://hooks.example.com/x", "host"),
        ("", "http://127.0.0.1:9000/x", "host"),
        ("hooks.example.com", "https://hooks.example.com/x", ""),
        ("hooks.example.com", "https://HOOKS.example.com./x", ""),
        ("hooks.example.com", "http://hooks.example.com/x", "https"),
        ("hooks.example.com", "https://hooks.example.com:8443/x", "host"),
        ("hooks.example.com:8443", "https://hooks.example.com:8443/x", ""),
        ("hooks.example.com", "https://evil.example.com/?hooks.example.com", "host"),
        ("hooks.example.com", "https://hooks.example.com@evil.example.com/", "address"),
        ("hooks.example.com", "https://hooks.example.com.evil.example/", "host"),
        ("*.zapier.com", "https://a.zapier.com/x", ""),
        ("*.zapier.com", "https://zapier.com/x", "host"),
        ("*.zapier.com", "https://evilzapier.com/x", "host"),
        ("127.0.0.1", "http://127.0.0.1:9000/x", ""),
        ("127.0.0.1", "http://2130706433:9000/x", "address"),
        ("127.0.0.1", "http://localhost:9000/x", "host"),
        ("::1", "http://[::1]:9000/x", ""),
        ("10.0.0.5", "http://10.0.0.5/x", "https"),
        ("10.0.0.5", "https://10.0.0.5/x", ""),
        ("hooks.example.com", "ftp://hooks.example.com/x", "address"),
        ("hooks.example.com", "sheet", "address"),
    ],
)
def test_an_address_may_be_sent_to_only_where_its_host_was_named(named: str, url: str, code: str) -> None:
    allowed = hosts(named.split(","))
    if not code:
        allowed.place(url)
        return
    with pytest.raises(BadAddress) as refused:
        allowed.place(url)
    assert refused.value.code == code


@pytest.mark.parametrize("host", ["inside", "rebind", "meta", "six", "mapped"])
async def test_a_named_host_that_leads_into_our_own_network_is_refused(host: str) -> None:
    with pytest.raises(BadAddress) as refused:
        await hosts(["*.example.com", "127.0.0.1"]).judged(f"https://{host}.example.com/", _looked_up)
    assert refused.value.code == "private"


async def test_a_private_address_is_asked_only_where_it_was_named_itself() -> None:
    with pytest.raises(BadAddress):
        await hosts(["n8n.lan"]).judged("https://n8n.lan/", _looked_up)
    pinned = Pinned(await hosts(["n8n.lan", "10.0.0.5"]).judged("https://n8n.lan/", _looked_up))
    assert [each["host"] for each in await pinned.resolve("n8n.lan", 443)] == ["10.0.0.5"]


async def test_the_connection_goes_to_the_address_that_was_judged_and_the_name_is_not_asked_again() -> None:
    asked: list[str] = []

    async def first_public_then_ours(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    pinned = Pinned(await hosts(["hooks.example.com"]).judged("https://hooks.example.com/", first_public_then_ours))
    for _ in range(3):
        assert [each["host"] for each in await pinned.resolve("hooks.example.com", 443)] == ["93.184.216.34"]
    assert asked == ["hooks.example.com"]
    with pytest.raises(OSError, match="was not judged"):
        await pinned.resolve("other.example.com", 443)


@pytest.mark.parametrize("written", ["https://hooks.example.com", "*", "a b.com", "hooks.example.com/x", "-x"])
def test_what_is_no_host_is_said_at_start(written: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        read({"WEBHOOK_HOSTS": f"good.example.com,{written}"}, demo=True)
    assert [problem for problem in wrong.value.problems if "WEBHOOK_HOSTS" in problem]


def test_no_host_is_allowed_unless_one_was_named() -> None:
    assert read({}, demo=True).webhook_hosts == Hosts()
    assert read({"WEBHOOK_HOSTS": "Hooks.example.com, *.zapier.com"}, demo=True).webhook_hosts.named == {
        "hooks.example.com", "*.zapier.com",
    }  # fmt: skip


@pytest.mark.parametrize("failing", ["slow", "no_answer", "no_host"])
async def test_what_does_not_answer_is_told_apart(failing: str, receiver: Receiver) -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    async def slowly(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(5)
        return ["93.184.216.34"]

    lookups: dict[str, Any] = {"no_host": nowhere, "slow": slowly, "no_answer": None}
    poster = Poster(hosts(["hooks.example.com", "127.0.0.1"]), lookup=lookups[failing], seconds=0.2)
    url = "http://127.0.0.1:1/" if failing == "no_answer" else "https://hooks.example.com/"
    with pytest.raises(Unreached) as unreached:
        await poster.post(url, {}, b"{}", NOW)
    assert unreached.value.code == failing


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120), ("", None), ("soon", None), ("-5", None), ("99999999999999", 86_400),
        ("Sun, 22 Nov 2026 03:01:00 GMT", 60), ("Sun, 22 Nov 2020 03:01:00 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date_and_at_most_a_day(written: str, seconds: float | None) -> None:
    after = _after(written, NOW)
    assert (None if after is None else after.total_seconds()) == seconds


async def test_a_certificate_that_does_not_hold_ends_it_before_anything_is_said(tmp_path: Path) -> None:
    got: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        got.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    server = TestServer(app, host="127.0.0.1", scheme="https")
    await server.start_server(ssl=_of_its_own(tmp_path))
    with pytest.raises(Unreached) as unreached:
        await Poster(hosts(["127.0.0.1"])).post(f"https://127.0.0.1:{server.port}/", {}, b"{}", NOW)
    await server.close()
    assert (unreached.value.code, got) == ("certificate", [])


def _of_its_own(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that it wrote itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(NOW - timedelta(days=3650)).not_valid_after(NOW + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    (folder / "own.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem")
    return context

"""A page that somebody names is fetched only from the public internet, and never without an end."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ads.fetching import Fetcher, Refused, Unreachable
from runtime.addresses import public


async def _looked_up(host: str, port: int) -> Sequence[str]:
    return {"inside.example": ["10.0.0.7"], "both.example": ["93.184.216.34", "127.0.0.1"], "none.example": []}[host]


async def _answer(request: web.Request) -> web.StreamResponse:
    match request.path:
        case "/big":
            return web.Response(body=b"x" * 5000)
        case "/round":
            raise web.HTTPFound("/round")
        case "/inside":
            raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")
        case "/named":
            raise web.HTTPFound("https://inside.example/")
        case "/onward":
            raise web.HTTPFound("/plain")
        case "/file":
            return web.Response(status=302, headers={"Location": "file:///etc/passwd"})
        case "/slow":
            await asyncio.sleep(5)
        case "/bomb":
            return web.Response(body=gzip.compress(b"0" * 1_000_000), headers={"Content-Encoding": "gzip"})
        case "/strange":
            return web.Response(body=b"caf\xe9", headers={"Content-Type": "text/html; charset=klingon"})
    return web.Response(text=f"<p>hello {request.headers.get('Cookie', 'nobody')}</p>", content_type="text/html")


@pytest.fixture
async def site() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{tail:.*}", _answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield f"http://127.0.0.1:{server.port}"
    await server.close()


def fetcher(**settings: Any) -> Fetcher:
    return Fetcher(**{"lookup": _looked_up, "loopback": True, "seconds": 2.0, **settings})


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::1", "2002:0a00:0001::",
     "2001:db8::1"],
)  # fmt: skip
def test_what_is_not_of_the_public_internet_is_known_as_such(address: str) -> None:
    assert not public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_what_is_public_may_be_asked(address: str) -> None:
    assert public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:8080/", "port"),
        ("http://127.0.0.1/", "private"),
        ("http://[::1]/", "private"),
        ("http://[::ffff:127.0.0.1]/", "private"),
        ("http://169.254.169.254/latest", "private"),
        ("https://inside.example/", "private"),
        ("https://INSIDE.example./", "private"),
        ("https://both.example/", "private"),
        ("https://both.example:22/", "port"),
        ("http://2130706433/", "address"),
        ("http://127.1/", "address"),
        ("http://0x7f.0.0.1/", "address"),
        ("file:///etc/passwd", "address"),
        ("gopher://both.example/", "address"),
        ("https://user:secret@both.example/", "address"),
        ("https://both.example/a b", "address"),
        ("https://[", "address"),
        ("https://both.example:99999/", "address"),
        ("", "address"),
    ],
)
async def test_an_address_inside_or_malformed_is_refused_before_anything_is_asked(url: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        await fetcher(loopback=False).fetch(url)
    assert refused.value.code == code


async def test_who_runs_the_server_may_narrow_it_to_named_hosts() -> None:
    with pytest.raises(Refused, match=r"asks only tabasamu\.example"):
        await fetcher(hosts=frozenset({"tabasamu.example"})).fetch("https://both.example/")


async def test_a_host_that_nobody_knows_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"no server by the name none\.example"):
        await fetcher().fetch("https://none.example/")


async def test_in_the_demo_a_page_on_this_machine_is_read(site: str) -> None:
    page = await fetcher().fetch(f"{site}/onward")
    assert (page.status, page.hops, page.final, page.whole) == (200, 1, f"{site}/plain", True)
    assert page.body == "<p>hello nobody</p>"


@pytest.mark.parametrize("path", ["/inside", "/named", "/file"])
async def test_a_redirect_is_judged_like_the_first_address(site: str, path: str) -> None:
    with pytest.raises(Refused):
        await fetcher().fetch(site + path)


@pytest.mark.parametrize(("path", "code"), [("/round", "redirects"), ("/bomb", "compressed")])
async def test_a_page_without_end_is_given_up(site: str, path: str, code: str) -> None:
    with pytest.raises(Unreachable) as gone:
        await fetcher().fetch(site + path)
    assert gone.value.code == code


async def test_a_page_that_takes_too_long_is_given_up(site: str) -> None:
    with pytest.raises(Unreachable, match=r"not there after 0\.2 seconds"):
        await fetcher(seconds=0.2).fetch(f"{site}/slow")


async def test_no_more_is_read_than_was_meant(site: str) -> None:
    page = await fetcher(most=1000).fetch(f"{site}/big")
    assert (page.size, page.whole) == (1000, False)


async def test_an_unknown_charset_is_no_failure(site: str) -> None:
    assert (await fetcher().fetch(f"{site}/strange")).body == "caf\ufffd"


async def test_a_port_where_nobody_listens_does_not_answer() -> None:
    with pytest.raises(Unreachable) as gone:
        await fetcher().fetch("http://127.0.0.1:9/")
    assert gone.value.code == "no_answer"


async def test_the_name_is_looked_up_once_and_that_answer_is_used() -> None:
    asked: list[str] = []

    async def changing(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["192.0.2.1"] if len(asked) > 1 else ["127.0.0.1"]

    with pytest.raises(Unreachable):  # nobody listens there: what counts is that nothing was looked up again
        await fetcher(lookup=changing).fetch("http://localhost:9/")
    assert asked == ["localhost"]

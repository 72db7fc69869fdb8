"""Style sheets and scripts: small on the wire, kept for a year, and never old."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from aiohttp import hdrs

from tests.console.conftest import House
from web import assets

FOR_EVER = "public, max-age=31536000, immutable"


async def _named(house: House) -> list[str]:
    page = (await (await house.browser()).get("/sign-in")).text
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page)


async def test_every_file_that_a_page_names_carries_its_content_in_the_address_and_is_kept(house: House) -> None:
    browser = await house.browser()
    addresses = [each for each in await _named(house) if re.search(r"\.[0-9a-f]{12}\.", each)]
    assert any(each.endswith(".css") for each in addresses)
    for address in addresses:
        answer = await browser.get(address)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == FOR_EVER


async def test_it_is_packed_for_whoever_unpacks_it_and_plain_for_others(house: House) -> None:
    browser = await house.browser()
    (address,) = [each for each in await _named(house) if "console" in each and each.endswith(".css")]
    url = house.url(address)
    async with browser.session.get(url, headers={"Accept-Encoding": "identity"}) as answer:
        plain = await answer.read()
        assert "Content-Encoding" not in answer.headers
    made = await browser.session.get(url, headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert made.headers["Content-Encoding"] == "gzip"
    assert made.headers["Vary"] == "Accept-Encoding"
    assert made.headers["Content-Type"] == "text/css; charset=utf-8"
    assert int(made.headers["Content-Length"]) < len(plain) / 2
    assert await made.read() == plain  # the client unpacked it
    refused = await browser.session.get(url, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


async def test_an_address_of_before_an_upgrade_gets_what_is_new_and_does_not_keep_it(house: House) -> None:
    browser = await house.browser()
    for address in ("/static/console.css", "/static/console.000000000000.css"):
        answer = await browser.get(address)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-cache"
        again = await browser.ask("GET", address, headers={"If-None-Match": answer.headers[str(hdrs.ETAG)]})
        assert (again.status, again.text) == (304, "")


async def test_only_style_sheets_and_scripts_of_ours_are_there(house: House) -> None:
    browser = await house.browser()
    for address in ("/static/none.css", "/static/build/.stamp", "/static/../assets.py", "/static/build/..%2f..%2fx.js"):
        assert (await browser.get(address)).status == 404, address


def test_a_changed_file_has_another_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    assert assets.asset("x.css") == "/static/x.css"
    (tmp_path / "x.css").write_text("a { color: red }")
    before = assets.asset("x.css")
    (tmp_path / "x.css").write_text("a { color: green }")
    assert assets.asset("x.css") != before
    assert gzip.decompress(assets._read(tmp_path / "x.css").packed) == b"a { color: green }"

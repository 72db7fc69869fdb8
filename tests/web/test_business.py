"""What a business puts into the world, asked for as a browser does: its link, poster, widget and calendar."""

from __future__ import annotations

import re
import struct
import zlib
from urllib.parse import parse_qs, urlsplit

import segno

from bookings import ics
from composition.house import House
from crm.capture import code_in
from tests.web.conftest import APP_URL, Client, problem

ORG = "tabasamu-dental"
LINK = f"{APP_URL}/l/{ORG}?utm_source=qr"


async def kept(house: House, code: str) -> dict[str, object]:
    click = await house.store.org(ORG).get("clicks", f"{ORG}/{code}")
    assert click is not None
    return click


async def test_the_link_leads_to_whatsapp_and_keeps_where_the_visitor_came_from(house: House, client: Client) -> None:
    path = f"/l/{ORG}?utm_source=instagram&utm_campaign=december&fbclid=IwAR0abc"
    answer = await client.get(path, allow_redirects=False, headers={"Referer": "https://instagram.com/p/1"})
    assert answer.status == 302
    target = urlsplit(answer.headers["Location"])
    assert (target.scheme, target.netloc, target.path) == ("https", "wa.me", "/254709000101")
    text = parse_qs(target.query)["text"][0]
    assert text.startswith("Hi Tabasamu! I would like to see the dentist.")
    click = await kept(house, code_in(text))
    assert click["tags"] == {"utm_source": "instagram", "utm_campaign": "december"}
    assert click["ids"] == {"fbclid": "IwAR0abc"}
    assert click["via"] == "link"


async def test_the_link_greets_in_the_browsers_language(client: Client) -> None:
    answer = await client.get(f"/l/{ORG}", allow_redirects=False, headers={"Accept-Language": "sw-KE,sw;q=0.9"})
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["text"][0].startswith("Habari Tabasamu!")


async def test_a_link_of_an_unknown_business_is_not_found(client: Client) -> None:
    for path in ("/l/nobody", "/widget/nobody.js", "/qr/nobody.svg", "/calendar/nobody/token.ics"):
        answer = await client.get(path, allow_redirects=False)
        assert answer.status == 404, path
        assert (await problem(answer))["code"] == "not_found"


async def test_the_widget_is_a_script_that_knows_its_business(client: Client) -> None:
    answer = await client.get(f"/widget/{ORG}.js")
    text = await answer.text()
    assert answer.content_type == "text/javascript"
    assert "__CONFIG__" not in text
    assert f"{APP_URL}/widget/{ORG}/click" in text
    assert "https://wa.me/254709000101" in text


async def test_a_foreign_page_may_ask_for_a_code(house: House, client: Client) -> None:
    path = f"/widget/{ORG}/click"
    preflight = await client.options(
        path, headers={"Origin": "https://clinic.example", "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert preflight.headers["Access-Control-Allow-Headers"] == "content-type"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    visit = {"url": "https://clinic.example/?gclid=abc123&utm_medium=cpc", "referrer": "https://google.com/"}
    answer = await client.post(path, json=visit)
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    text = parse_qs(urlsplit((await answer.json())["link"]).query)["text"][0]
    click = await kept(house, code_in(text))
    assert (click["ids"], click["tags"], click["via"]) == ({"gclid": "abc123"}, {"utm_medium": "cpc"}, "widget")


async def test_a_malformed_visit_is_refused_readably_for_the_foreign_page(client: Client) -> None:
    for body in (b"{", b"[]", b'{"url": 5}', b""):
        answer = await client.post(f"/widget/{ORG}/click", data=body)
        assert answer.status == 400, body
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert (await problem(answer))["code"] == "malformed"


async def test_too_long_a_visit_gets_no_code(client: Client) -> None:
    answer = await client.post(f"/widget/{ORG}/click", data=b"x" * 9000)
    assert answer.status == 429
    assert (await problem(answer))["code"] == "too_many"


async def test_the_svg_poster_is_the_code_of_the_businesss_link(client: Client) -> None:
    answer = await client.get(f"/qr/{ORG}.svg")
    assert answer.content_type == "image/svg+xml"
    assert strokes(await answer.text()) == matrix()


async def test_the_png_poster_is_the_code_of_the_businesss_link(client: Client) -> None:
    answer = await client.get(f"/qr/{ORG}.png")
    assert answer.content_type == "image/png"
    assert pixels(await answer.read(), 8) == matrix()


async def test_the_calendar_opens_with_its_token_only(house: House, client: Client) -> None:
    org = await house.store.get("orgs", ORG)
    assert org is not None
    token = ics.feed_token(await house.vault.org(ORG), org)
    answer = await client.get(f"/calendar/{ORG}/{token}.ics")
    assert answer.status == 200
    assert answer.content_type == "text/calendar"
    text = await answer.text()
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    for wrong in (token[:-1], token[::-1], "x", f"{token}0"):
        assert (await client.get(f"/calendar/{ORG}/{wrong}.ics")).status == 404
    assert (await client.get(f"/calendar/pwani-stays/{token}.ics")).status == 404


def matrix() -> list[list[bool]]:
    """The modules of the code for the link, with the quiet zone of four that scanners need."""
    return [[bool(module) for module in row] for row in segno.make_qr(LINK, error="m").matrix_iter(border=4)]


def strokes(svg: str) -> list[list[bool]]:
    """The dark modules of segno's drawing, whose path is a list of horizontal strokes a row high."""
    found = re.search(r'width="(\d+)"', svg)
    path = re.search(r' d="([^"]+)"', svg)
    assert found
    assert path
    size = int(found[1])
    rows = [[False] * size for _ in range(size)]
    x, y = 0.0, 0.0
    for step, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", path[1]):
        if step == "h":
            for column in range(int(first)):
                rows[int(y)][int(x) + column] = True
            x += int(first)
        else:
            x, y = (float(first), float(second)) if step == "M" else (x + float(first), y + float(second))
    return rows


def pixels(png: bytes, scale: int) -> list[list[bool]]:
    """The modules of a one-bit picture: dark is 0."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        chunks[kind] = chunks.get(kind, b"") + png[at + 8 : at + 8 + length]
        at += 12 + length
    width, height, depth = struct.unpack(">IIB", chunks[b"IHDR"][:9])
    assert (width, depth) == (height, 1)
    raw, stride = zlib.decompress(chunks[b"IDAT"]), (width + 7) // 8
    lines = [bytes(stride)]
    for row in range(height):
        kind, *line = raw[row * (stride + 1) : (row + 1) * (stride + 1)]
        assert kind in (0, 2)  # as it stands, or added to the line above
        lines.append(
            bytes((one + above) % 256 for one, above in zip(line, lines[-1], strict=True)) if kind else bytes(line)
        )
    del lines[0]
    return [
        [not (lines[y][x // 8] >> (7 - x % 8)) & 1 for x in range(0, width, scale)] for y in range(0, height, scale)
    ]

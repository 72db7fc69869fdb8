"""The simulated businesses' own web pages, as a guided launch looks at them and as a visitor of an ad would see them.

`https://clinic.example/cleaning` stands at `/sites/clinic.example/cleaning`: names under `.example` belong to nobody,
so nothing here can be mistaken for a page of the internet. The pixel is inert and a WhatsApp link opens the simulated
phones, since nothing leaves this machine.
"""

from __future__ import annotations

import html
import secrets

import msgspec
from aiohttp import web


class SimulatedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page at `host`/`path`. `script` is the address of the product's own page script, `org` whose it is."""

    host: str
    path: str
    title: str
    lines: tuple[str, ...]
    whatsapp: str  # digits
    pixel: str = ""
    script: str = ""
    org: str = ""


def routes(pages: tuple[SimulatedPage, ...]) -> list[web.RouteDef]:
    known = {(page.host, page.path.strip("/")): page for page in pages}

    async def show(request: web.Request) -> web.Response:
        page = known.get((request.match_info["host"], request.match_info["path"].strip("/")))
        if page is None:
            return web.Response(status=404, text="There is no such page.", content_type="text/plain")
        return _shown(page)

    return [web.get(r"/sites/{host:[a-z0-9.-]+}/{path:.*}", show)]


def _shown(page: SimulatedPage) -> web.Response:
    nonce = secrets.token_urlsafe(12)
    own = ""
    if page.script:
        own = f'<script async src="{html.escape(page.script)}" data-org="{html.escape(page.org)}"></script>'
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in page.lines)
    body = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(page.title)}</title>
<script nonce="{nonce}">window.fbq = function () {{}};
fbq('init', '{html.escape(page.pixel)}'); fbq('track', 'PageView');
addEventListener('click', function (e) {{
  if (e.target.closest('a')) {{ e.preventDefault(); location.href = '/phone/'; }}
}});</script>
{own}</head>
<body><h1>{html.escape(page.title)}</h1>{lines}
<p><a href="https://wa.me/{page.whatsapp}">Book on WhatsApp</a></p>
<p><small>A made-up page of the demo: its button opens the simulated phones.</small></p></body></html>"""
    source = html.escape(page.script.rsplit("/", 1)[0]) if page.script else "'none'"
    policy = f"default-src 'none'; script-src 'nonce-{nonce}' {source}; connect-src {source}; base-uri 'none'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return web.Response(text=body, content_type="text/html", headers=headers)

"""Serves the phone page: three files, no inline script, under a strict content security policy."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

_HERE = Path(__file__).parent
_FILES = {
    "": ("phone.html", "text/html"),
    "phone.js": ("phone.js", "text/javascript"),
    "phone.css": ("phone.css", "text/css"),
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; "
        "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


async def _file(request: web.Request) -> web.Response:
    name, kind = _FILES[request.match_info.get("file", "")]
    return web.Response(
        text=(_HERE / name).read_text(encoding="utf-8"), content_type=kind, charset="utf-8", headers=_HEADERS
    )


async def _home(request: web.Request) -> web.Response:
    raise web.HTTPFound("/phone/")


def routes() -> list[web.RouteDef]:
    return [
        web.get("/", _home),
        web.get("/phone", _home),
        web.get("/phone/", _file),
        web.get(r"/phone/{file:phone\.(js|css)}", _file),
    ]

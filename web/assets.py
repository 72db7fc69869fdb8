"""Style sheets and scripts: compressed once, under addresses that carry a hash of the content.

A browser keeps such an address for a year and asks no more; after an upgrade the pages name another one. Templates
write `{{ asset('console.css') }}`. The chunks of a bundle have the hash in their names by the bundler already.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from functools import lru_cache
from pathlib import Path

import msgspec
from aiohttp import hdrs, web

STATIC = Path(__file__).parent / "static"
_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png"}
_WRITTEN = frozenset({"css", "js", "svg"})  # in letters, which packing makes smaller
_ROUTE = (
    r"/static/{folder:(?:build/)?}{name:[A-Za-z0-9_-]{1,80}}{hash:(?:\.[0-9a-f]{12})?}.{kind:" + "|".join(_KINDS) + "}"
)
_CHUNK = re.compile(r"chunk-[A-Z0-9]{8}")
_IMPORTED = re.compile(r"""(?:from|import)"\./(chunk-[A-Z0-9]{8})\.js\"""")
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"  # it may be kept, and is asked for with its ETag


class Asset(msgspec.Struct, frozen=True):
    """A file as it is sent. `hash` is of its content."""

    hash: str
    plain: bytes
    packed: bytes


def asset(name: str) -> str:
    """The address of a file of web/static, by its path there."""
    path = STATIC / name
    if not path.is_file():  # `make assets` was not run: the page goes without
        return f"/static/{name}"
    stem, _, kind = name.rpartition(".")
    return f"/static/{stem}.{_read(path).hash}.{kind}"


def parts(name: str) -> list[str]:
    """The addresses of the chunks that a script begins with, for a page to fetch them along with it."""
    path = STATIC / name
    if not path.is_file():
        return []
    folder = name.rpartition("/")[0]
    return [f"/static/{folder}/{each}.js" for each in _IMPORTED.findall(_read(path).plain.decode())]


def routes() -> list[web.RouteDef]:
    return [web.get(_ROUTE, _send)]


async def _send(request: web.Request) -> web.Response:
    asked = request.match_info
    path = STATIC / asked["folder"] / f"{asked['name']}.{asked['kind']}"
    if not path.is_file():
        raise web.HTTPNotFound
    found = await asyncio.to_thread(_read, path)
    lasting = asked["hash"] == f".{found.hash}" or (asked["folder"] and _CHUNK.fullmatch(asked["name"]))
    headers = {
        hdrs.CACHE_CONTROL: _FOR_EVER if lasting else _ASK_AGAIN,
        hdrs.ETAG: f'"{found.hash}"',
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
    }
    if any(each.value == found.hash for each in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = found.plain
    if asked["kind"] in _WRITTEN and _takes_gzip(request.headers.get(hdrs.ACCEPT_ENCODING, "")):
        body, headers[hdrs.CONTENT_ENCODING] = found.packed, "gzip"
    return web.Response(body=body, headers=headers, content_type=_KINDS[asked["kind"]], charset=_charset(asked["kind"]))


def _charset(kind: str) -> str | None:
    return "utf-8" if kind in _WRITTEN else None


def _takes_gzip(accepted: str) -> bool:
    for each in accepted.lower().split(","):
        coding, _, weight = (part.strip() for part in each.partition(";"))
        if coding in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _read(path: Path) -> Asset:
    """Read and packed once; again when the file has changed, which it does while one works on it."""
    known = path.stat()
    return _packed(path, known.st_mtime_ns, known.st_size)


@lru_cache(maxsize=64)
def _packed(path: Path, _changed: int, _size: int) -> Asset:
    plain = path.read_bytes()
    return Asset(hashlib.sha256(plain).hexdigest()[:12], plain, gzip.compress(plain, 9, mtime=0))

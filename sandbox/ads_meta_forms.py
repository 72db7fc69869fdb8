"""What a request to the simulated Marketing API says: query and form together, values that are JSON as such.

Forms in parts are read here: Meta's own SDK gives the part of a film a type that aiohttp takes for a form in itself.
"""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import web

_TEXTS = ("name", "title", "access_token", "appsecret_proof", "bytes", "after", "limit", "daily_budget")
_BOUNDARY = re.compile(r'boundary="?([^";]+)')
_NAME = re.compile(rb'[; ]name="([^"]*)"')


async def given_in(request: web.Request) -> dict[str, Any]:
    """Files as their bytes."""
    pairs: dict[str, Any] = dict(request.query)
    if request.method == "POST":
        if request.content_type == "application/json":
            body = json.loads(await request.read() or b"{}")
            return {**pairs, **body}
        if request.content_type == "multipart/form-data":
            pairs |= _parts(await request.read(), request.headers["Content-Type"])
        else:
            pairs |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return {key: _plain(key, value) if isinstance(value, str) else value for key, value in pairs.items()}


def _parts(body: bytes, kind: str) -> dict[str, Any]:
    boundary = _BOUNDARY.search(kind)
    found: dict[str, Any] = {}
    for part in body.split(b"--" + boundary[1].encode())[1:-1] if boundary else ():
        head, _, content = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is not None:
            content = content.removesuffix(b"\r\n")
            found[name[1].decode()] = content if b"filename" in head else content.decode()
    return found


def _plain(name: str, value: str) -> Any:
    if name in _TEXTS:
        return value
    try:
        return json.loads(value) if value[:1] in '[{"tf' else value
    except ValueError:
        return value

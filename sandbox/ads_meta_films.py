"""Films in the simulated Meta's library: sent in parts, prepared for a while, and shown by a still.

Meta's host for films is the same here as for all else. A file that is no film is taken, and comes to nothing when it is
prepared. Its stills are under /meta/still/, where no token is asked for.
"""

from __future__ import annotations

import struct
import zlib
from datetime import timedelta
from typing import Any

import msgspec
from aiohttp import web

from sandbox.ads_meta_errors import MetaError, invalid, missing
from sandbox.ads_meta_objects import META
from sandbox.ads_world import AdAccount, AdWorld, Thing

PART = 256 * 1024  # bytes that are asked for at a time
PREPARED_AFTER = timedelta(seconds=30)
_SMALLEST = 1024
_AGAIN = "There was a problem uploading your video. Please try uploading it again."
_STILLS = 3
_PREFERRED = 1


class Upload(msgspec.Struct):
    account: str
    film: str
    size: int
    content: bytearray


class Films:
    """The uploads that are under way, which a restart forgets."""

    def __init__(self, world: AdWorld) -> None:
        self._world = world
        self._uploads: dict[str, Upload] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.get(r"/meta/still/{film:\d+}/{n:\d}.png", self.still)]

    def post(self, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        phase = given.get("upload_phase")
        if phase == "start":
            return self._start(account, given)
        if phase == "transfer":
            return self._transfer(self._upload(account, given), given)
        if phase == "finish":
            return self._finish(account, given)
        if phase is None and isinstance(given.get("source"), bytes):
            film = self._world.number(4)
            self._keep(Upload(account.id, film, 0, bytearray(given["source"])), given)
            return {"id": film}
        raise invalid("upload_phase", "must be one of start, transfer, finish")

    def _start(self, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        size = str(given.get("file_size", ""))
        if not size.isdecimal():
            raise invalid("file_size", "must be a whole number of bytes")
        if int(size) < _SMALLEST:
            raise MetaError(6000, "The video you tried to upload is too small.", subcode=1363022)
        session, film = self._world.number(5), self._world.number(4)
        self._uploads[session] = upload = Upload(account.id, film, int(size), bytearray())
        return {"upload_session_id": session, "video_id": film, **_span(upload)}

    def _transfer(self, upload: Upload, given: dict[str, Any]) -> dict[str, Any]:
        part = given.get("video_file_chunk")
        if not isinstance(part, bytes) or not part:
            raise MetaError(6001, "No Video Selected. Please select the video you want to upload.", subcode=1363020)
        if str(given.get("start_offset")) != str(len(upload.content)):
            whole = {name: int(value) for name, value in _span(upload).items()}
            raise MetaError(6001, _AGAIN, subcode=1363037, data=whole)
        if len(upload.content) + len(part) > upload.size:
            raise MetaError(6001, _AGAIN, subcode=1363033)
        upload.content += part
        return _span(upload)

    def _finish(self, account: AdAccount, given: dict[str, Any]) -> dict[str, Any]:
        upload = self._upload(account, given)
        if len(upload.content) != upload.size:
            raise MetaError(6001, _AGAIN, subcode=1363033)
        del self._uploads[str(given["upload_session_id"])]
        self._keep(upload, given)
        return {"success": True}

    def _upload(self, account: AdAccount, given: dict[str, Any]) -> Upload:
        upload = self._uploads.get(str(given.get("upload_session_id")))
        if upload is None or upload.account != account.id:
            raise MetaError(6000, _AGAIN, subcode=1363019)
        return upload

    def _keep(self, upload: Upload, given: dict[str, Any]) -> None:
        fields = {
            "title": str(given.get("title") or given.get("name") or "")[:255], "size": len(upload.content),
            "good": upload.content[4:8] == b"ftyp",
        }  # fmt: skip
        self._world.add(META, upload.account, "video", upload.film, fields)

    def listed(self, account: AdAccount, given: dict[str, Any]) -> list[Thing]:
        title = str(given.get("title") or "").lower()
        films = [film for film in self._world.of(META, account.id, "video") if not film.deleted]
        return [film for film in films if title in str(film.fields["title"]).lower()]

    def stills(self, film: Thing, origin: str) -> list[dict[str, Any]]:
        """None before the film is prepared."""
        if video_status(self._world, film) != "ready":
            return []
        return [
            {
                "id": f"{film.id}{n}", "name": "", "height": 1280, "width": 720, "scale": 1,
                "is_preferred": n == _PREFERRED, "uri": f"{origin}/meta/still/{film.id}/{n}.png?oh=00_AfD&oe=6A21F0C1",
            }
            for n in range(_STILLS)
        ]  # fmt: skip

    async def still(self, request: web.Request) -> web.Response:
        film = self._world.get(META, request.match_info["film"])
        if film is None or film.kind != "video" or film.deleted:
            raise web.HTTPNotFound(text="Bad URL timestamp")
        return web.Response(body=_picture(int(film.id) + int(request.match_info["n"])), content_type="image/png")

    def check_creative(self, account: AdAccount, fields: dict[str, Any]) -> None:
        """What an ad that shows a film needs. Raises MetaError."""
        shown = fields["object_story_spec"].get("video_data")
        if not isinstance(shown, dict):
            return
        film = self._world.get(META, str(shown.get("video_id", "")))
        if film is None or film.kind != "video" or film.account != account.id or film.deleted:
            raise invalid("video_id", "is of no video in this account")
        if video_status(self._world, film) != "ready":
            said = "The video is still being processed. Try again once it is ready."
            title = "Video not ready for use in an ad"
            raise MetaError(100, said, subcode=1885252, title=title, transient=True)
        if not shown.get("image_hash") and not shown.get("image_url"):
            said = "Please specify one of image_hash or image_url in the video_data field of object_story_spec."
            raise MetaError(100, said, subcode=1443226, title="Your Ad Needs a Video Thumbnail")
        image = self._world.get(META, str(shown.get("image_hash")))
        if shown.get("image_hash") and (image is None or image.kind != "image"):
            raise invalid("image_hash", "is of no image in this account")


def shown(world: AdWorld, film: Thing) -> dict[str, Any]:
    """All fields that can be asked for."""
    if film.deleted:
        raise missing(film.id)
    says = video_status(world, film)
    processing: dict[str, Any] = {"status": {"ready": "complete", "error": "error"}.get(says, "in_progress")}
    if says == "error":
        processing["errors"] = [{"code": 1363008, "message": "The video file could not be read"}]
    return {
        "id": film.id, "title": film.fields["title"], "created_time": film.created.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "status": {
            "video_status": says, "processing_progress": 100 if says == "ready" else 0,
            "uploading_phase": {"status": "complete", "bytes_transferred": film.fields["size"]},
            "processing_phase": processing,
        },
    }  # fmt: skip


def video_status(world: AdWorld, film: Thing) -> str:
    if world.now() - film.created < PREPARED_AFTER:
        return "processing"
    return "ready" if film.fields["good"] else "error"


def _span(upload: Upload) -> dict[str, str]:
    """The bytes that are awaited next; both are the size once all are there."""
    start = len(upload.content)
    return {"start_offset": str(start), "end_offset": str(min(start + PART, upload.size))}


def _picture(shade: int) -> bytes:
    """A PNG of one grey pixel."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checked = name + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = zlib.compress(bytes((0, shade % 256)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")

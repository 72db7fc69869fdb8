"""Media, templates and numbers of the simulated Graph API: everything about a business account but its messages."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from sandbox.graph import authorise, guarded, missing_object
from sandbox.graph_errors import GraphError
from sandbox.graph_messages import text
from sandbox.media import LIMITS, OTHER_LIMIT
from sandbox.settings import SimulatedBusiness
from sandbox.templates import Template
from sandbox.world import World

_VERSION = r"/{version:v\d+\.\d+}"


class Library:
    """Uploads, downloads, and the template list."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(_VERSION + r"/{phone_number_id:\d+}/media", guarded(self.upload)),
            web.get(_VERSION + r"/{waba_id:\d+}/message_templates", guarded(self.list_templates)),
            web.post(_VERSION + r"/{waba_id:\d+}/message_templates", guarded(self.create_template)),
            web.delete(_VERSION + r"/{waba_id:\d+}/message_templates", guarded(self.delete_template)),
            web.get(_VERSION + r"/{waba_id:\d+}/phone_numbers", guarded(self.list_numbers)),
            web.get(_VERSION + r"/{object_id:\d+}", guarded(self.get_object)),
            web.delete(_VERSION + r"/{object_id:\d+}", guarded(self.delete_object)),
            web.get("/whatsapp_business/attachments/", guarded(self.download)),
        ]

    async def upload(self, request: web.Request) -> web.Response:
        """Multipart upload: fields messaging_product, type and file."""
        number = request.match_info["phone_number_id"]
        authorise(self._world, request, number)
        form = await request.post()
        upload = form.get("file")
        if not isinstance(upload, web.FileField):
            raise GraphError(100, "The parameter file is required.")
        if form.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        data = upload.file.read()
        mime_type = str(form.get("type") or upload.content_type)
        if not data or len(data) > LIMITS.get(mime_type.split("/")[0], OTHER_LIMIT):
            raise GraphError(131053, f"{len(data)} bytes are not an allowed size for {mime_type}")
        return web.json_response({"id": self._world.media.put(number, data, mime_type, upload.filename).id})

    async def get_object(self, request: web.Request) -> web.Response:
        """A media item (with a download URL for five minutes) or a phone number."""
        object_id = request.match_info["object_id"]
        authorise(self._world, request)
        business = self._world.business(object_id)
        if business is not None:
            return web.json_response(_number(authorise(self._world, request, object_id)))
        stored = self._world.media.get(object_id)
        if stored is None:
            raise missing_object(object_id)
        authorise(self._world, request, stored.phone_number_id)
        key = self._world.media.key(object_id)
        answer = {
            "messaging_product": "whatsapp",
            "url": str(request.url.origin() / "whatsapp_business/attachments/" % {"mid": object_id, "hash": key}),
            "mime_type": stored.mime_type,
            "sha256": stored.sha256,
            "file_size": len(stored.data),
            "id": stored.id,
        }
        return web.json_response(answer)

    async def download(self, request: web.Request) -> web.Response:
        """The bytes; the URL alone is not enough, the token is needed too."""
        authorise(self._world, request)
        stored = self._world.media.by_key(request.query.get("hash", ""))
        if stored is None or stored.id != request.query.get("mid"):
            raise web.HTTPNotFound(text="URL signature expired")
        return web.Response(body=stored.data, headers={"Content-Type": stored.mime_type})

    async def delete_object(self, request: web.Request) -> web.Response:
        object_id = request.match_info["object_id"]
        authorise(self._world, request)
        if not self._world.media.delete(object_id):
            raise missing_object(object_id)
        return web.json_response({"success": True})

    async def list_numbers(self, request: web.Request) -> web.Response:
        business = self._account(request)
        rows = [_number(one) for one in self._world.settings.businesses if one.waba_id == business.waba_id]
        return web.json_response({"data": rows, "paging": _paging()})

    async def list_templates(self, request: web.Request) -> web.Response:
        business = self._account(request)
        query = request.query
        rows = [
            _template(template_id, template)
            for template_id, template in self._world.templates.of(business.waba_id)
            if query.get("name") in (None, template.name)
            and query.get("language") in (None, template.language)
            and query.get("status") in (None, template.status)
        ]
        answer: dict[str, Any] = {"data": rows, "paging": _paging()}
        if "summary" in query:
            answer["summary"] = {
                "total_count": len(rows),
                "message_template_count": len(rows),
                "message_template_limit": 6000,
                "are_translations_complete": False,
            }
        return web.json_response(answer)

    async def create_template(self, request: web.Request) -> web.Response:
        """Meta reviews a template; here it is approved at once."""
        business = self._account(request)
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise GraphError(100, "The request body is not valid JSON.") from None
        name = text(body, "name", 512)
        if not all(char.isascii() and (char.islower() or char.isdigit() or char == "_") for char in name):
            raise GraphError(100, "name may hold only lower-case letters, digits and underscores")
        template = _parse(name, text(body, "language", 15), body)
        template_id = self._world.templates.add(business.waba_id, template)
        return web.json_response({"id": template_id, "status": template.status, "category": template.category})

    async def delete_template(self, request: web.Request) -> web.Response:
        business = self._account(request)
        if not self._world.templates.remove(business.waba_id, request.query.get("name", "")):
            raise GraphError(132001, "There is no template of this name.")
        return web.json_response({"success": True})

    def _account(self, request: web.Request) -> SimulatedBusiness:
        """The business whose account is in the path and whose token is in the header."""
        waba_id = request.match_info["waba_id"]
        authorise(self._world, request)
        for business in self._world.settings.businesses:
            if business.waba_id == waba_id:
                return authorise(self._world, request, business.phone_number_id)
        raise missing_object(waba_id)


def _parse(name: str, language: str, body: dict[str, Any]) -> Template:
    parts = {str(one.get("type", "")).upper(): one for one in body.get("components") or [] if isinstance(one, dict)}
    if "BODY" not in parts:
        raise GraphError(131008, "A BODY component is required.")
    category = str(body.get("category", "")).upper()
    if category not in ("MARKETING", "UTILITY", "AUTHENTICATION"):
        raise GraphError(100, "category must be MARKETING, UTILITY or AUTHENTICATION")
    replies = [one for one in parts.get("BUTTONS", {}).get("buttons", []) if one.get("type") == "QUICK_REPLY"]
    return Template(
        name=name,
        language=language,
        category=category,
        body=text(parts["BODY"], "text", 1024, "BODY"),
        footer=text(parts["FOOTER"], "text", 60, "FOOTER") if "FOOTER" in parts else "",
        buttons=tuple(text(one, "text", 25, "button") for one in replies),
    )


def _template(template_id: str, template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "parameter_format": template.parameter_format,
        "components": template.components(),
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "id": template_id,
    }


def _number(business: SimulatedBusiness) -> dict[str, Any]:
    return {
        "id": business.phone_number_id,
        "display_phone_number": business.display_number,
        "verified_name": business.name,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
    }


def _paging() -> dict[str, Any]:
    return {"cursors": {"before": "MAZDZD", "after": "MjQZD"}}

"""The OpenAPI 3.1 document, out of the endpoints themselves; `reading` shows it to people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec

from people.roles import PERMISSIONS, ROLES
from web.api.endpoint import PREFIX, Endpoint, Nothing
from web.console.caller import SIGNED_IN

REF = "#/components/schemas/{name}"
_COMMON = ((400, "malformed"), (401, "not-signed-in"), (403, "not-allowed"), (404, "not-found"))


class Said(msgspec.Struct, frozen=True):
    """Why not, and what to do."""

    code: str
    reason: str
    remedy: str


class Problem(msgspec.Struct, frozen=True):
    """Every refusal has this shape."""

    error: Said


def document(endpoints: Sequence[Endpoint], app_url: str) -> dict[str, Any]:
    """The whole API, as OpenAPI tools read it."""
    kinds = _kinds(endpoints)
    shapes, components = _schemas(tuple(kinds))
    schemas = dict(zip(map(id, kinds), shapes, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.address, {})[endpoint.method.lower()] = _operation(endpoint, schemas, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "AAIS", "version": "1", "description": "What the console calls, and your programs may."},
        "servers": [{"url": app_url}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An API key of the business."},
                "session": {"type": "apiKey", "in": "cookie", "name": "aais_session"},
            },
        },
    }


@cache
def _schemas(kinds: tuple[Any, ...]) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    """The shapes are as the program is: they are described once, however often the document is asked for."""
    return msgspec.json.schema_components(kinds, ref_template=REF)


def _kinds(endpoints: Iterable[Endpoint]) -> list[Any]:
    found: dict[int, Any] = {id(Problem): Problem}
    for endpoint in endpoints:
        for kind in (endpoint.query, endpoint.body, endpoint.answer):
            found[id(kind)] = kind
    return list(found.values())


def _operation(endpoint: Endpoint, schemas: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    permission = PERMISSIONS.get(endpoint.permission)
    needs = f"Needs to {permission.doc}." if permission is not None else "Needs a session."
    operation: dict[str, Any] = {
        "summary": endpoint.doc.partition(".")[0] + ".",
        "description": f"{endpoint.doc} {needs if endpoint.permission not in ('',) else ''}".strip(),
        "operationId": f"{endpoint.method.lower()}{endpoint.path.replace('/', '_').translate(_PLAIN)}",
        "tags": [_tag(endpoint)],
        "parameters": [*_names(endpoint), *_query(endpoint, schemas, components)],
        "responses": _responses(endpoint, schemas),
    }
    if permission is not None:
        operation |= {"x-permission": permission.name, "x-roles": [role for role in ROLES if role in permission.roles]}
    if endpoint.body is not Nothing:
        operation["requestBody"] = {
            "required": True, "content": {"application/json": {"schema": schemas[id(endpoint.body)]}}
        }  # fmt: skip
    if endpoint.permission == SIGNED_IN or endpoint.people:
        operation["security"] = [{"session": []}]
    return operation


_PLAIN = str.maketrans("", "", "{}")


def _tag(endpoint: Endpoint) -> str:
    parts = [part for part in endpoint.path.split("/") if part and not part.startswith("{") and part != "orgs"]
    return parts[0] if parts else "api"


def _names(endpoint: Endpoint) -> list[dict[str, Any]]:
    parts = [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in parts]


def _query(endpoint: Endpoint, schemas: dict[int, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    if endpoint.query is Nothing:
        return []
    shape = components[schemas[id(endpoint.query)]["$ref"].rpartition("/")[2]]
    needed = shape.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": schema}
        for name, schema in shape.get("properties", {}).items()
    ]


def _responses(endpoint: Endpoint, schemas: dict[int, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {
        "200": {"description": "Done.", "content": {"application/json": {"schema": schemas[id(endpoint.answer)]}}}
    }
    for status, code in dict.fromkeys((*_COMMON, *_gate(endpoint), *endpoint.refusals)):
        known = responses.setdefault(str(status), {"description": "", "content": {}})
        known["description"] = ", ".join(filter(None, (known["description"], code)))
        known["content"] = {"application/json": {"schema": schemas[id(Problem)]}}
    every = {"application/json": {"schema": schemas[id(Problem)]}}
    return responses | {"default": {"description": "Any other refusal has the same shape.", "content": every}}


def _gate(endpoint: Endpoint) -> Iterable[tuple[int, str]]:
    """What the gate may say of an address before its own view is asked."""
    yield 401, "second-factor"
    if endpoint.people:
        yield 403, "people-only"
    if endpoint.permission in PERMISSIONS and PERMISSIONS[endpoint.permission].strong:
        yield 403, "second-factor"
    if endpoint.method != "GET":
        yield from ((403, "foreign-form"), (403, "stale-form"))
    if endpoint.body is not Nothing:
        yield 413, "too_large"


def address() -> str:
    return f"{PREFIX}/openapi.json"

"""The API's document as people read it: /docs, rendered on the server out of the same OpenAPI document.

Nothing is loaded from elsewhere, and nothing is written twice: what an address takes and answers is what checks it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from aiohttp import web

from web.console import frame
from web.console.caller import PUBLIC, Caller, Way

_DEEP = 4  # how far an example goes into what is nested


class Part(msgspec.Struct, frozen=True):
    """A piece of a type in words; `to` is the id of the shape that it names."""

    text: str
    to: str = ""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """What an address takes, or what is in a shape."""

    name: str
    kind: tuple[Part, ...]
    required: bool
    default: str = ""
    where: str = ""  # path, query or body


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One address with its method. `example` is a command line; empty for what no key opens."""

    id: str
    method: str
    path: str
    doc: str
    permission: str
    roles: tuple[str, ...]
    takes: tuple[Field, ...]
    answer: tuple[Part, ...]
    refusals: tuple[tuple[str, str], ...]
    example: str


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A shape that has a name."""

    id: str
    name: str
    doc: str
    fields: tuple[Field, ...]
    kind: tuple[Part, ...] = ()  # of what is no object


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of it; operations by what they are about."""

    groups: tuple[tuple[str, tuple[Operation, ...]], ...]
    shapes: tuple[Named, ...]


def way(described: Callable[[], Mapping[str, Any]]) -> Way:
    """The page. Whoever writes a program need not work for a business here, so that it is open, as the document is."""
    read = cache(lambda: reference(described()))  # the document is made when somebody first asks for it

    async def page(_request: web.Request, caller: Caller) -> web.Response:
        return frame.page("reference.html", caller, reference=read())

    return Way(method="GET", path="/docs", permission=PUBLIC, view=page)


def reference(document: Mapping[str, Any]) -> Reference:
    """Reads the OpenAPI document."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found = _operation(document, path, method, operation)
            groups.setdefault(operation["tags"][0], []).append(found)
    schemas = document["components"]["schemas"]
    return Reference(
        groups=tuple((tag, tuple(found)) for tag, found in groups.items()),
        shapes=tuple(sorted((_named(name, schema) for name, schema in schemas.items()), key=lambda each: each.name)),
    )


def _operation(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    responses = operation["responses"]
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        doc=operation["description"],
        permission=operation.get("x-permission", ""),
        roles=tuple(operation.get("x-roles", ())),
        takes=(*_parameters(operation), *_body(document, body)),
        answer=_kind(responses["200"]["content"]["application/json"]["schema"]),
        refusals=tuple((status, said["description"]) for status, said in responses.items() if status[0] in "45"),
        example=_example(document, path, method, operation, body) if "security" not in operation else "",
    )


def _parameters(operation: Mapping[str, Any]) -> Iterator[Field]:
    for each in operation["parameters"]:
        yield _field(each["name"], each["schema"], required=each["required"], where=each["in"])


def _body(document: Mapping[str, Any], body: Mapping[str, Any] | None) -> Iterator[Field]:
    if body is not None:
        yield from _fields(_resolved(document, body), where="body")


def _fields(schema: Mapping[str, Any], where: str = "") -> Iterator[Field]:
    needed = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield _field(name, field, required=name in needed, where=where)


def _field(name: str, schema: Mapping[str, Any], *, required: bool, where: str) -> Field:
    default = json.dumps(schema["default"]) if "default" in schema else ""
    return Field(name=name, kind=_kind(schema), required=required, default=default, where=where)


def _named(name: str, schema: Mapping[str, Any]) -> Named:
    fields = tuple(_fields(schema))
    return Named(
        id=_anchor(name), name=_short(name), doc=schema.get("description", ""), fields=fields,
        kind=() if fields else _kind(schema),
    )  # fmt: skip


def _kind(schema: Mapping[str, Any]) -> tuple[Part, ...]:
    """A type in words: "list of Finding", "string or null"."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return (Part(_short(name), _anchor(name)),)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return tuple(_joined([_kind(each) for each in choices]))
    if "enum" in schema:
        return (Part(" or ".join(json.dumps(each) for each in schema["enum"])),)
    kind = schema.get("type", "anything")
    if kind == "array" and schema.get("items"):
        return (Part("list of "), *_kind(schema["items"]))
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return (Part("object of "), *_kind(schema["additionalProperties"]))
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return (Part(f"{words} ({schema['format']})" if "format" in schema else words),)


def _joined(kinds: list[tuple[Part, ...]]) -> Iterator[Part]:
    for place, kind in enumerate(kinds):
        if place:
            yield Part(" or ")
        yield from kind


def _example(
    document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any], body: Mapping[str, Any] | None
) -> str:
    asked = [each["name"] for each in operation["parameters"] if each["in"] == "query" and each["required"]]
    query = "?" + "&".join(f"{name}=…" for name in asked) if asked else ""
    address = f"{document['servers'][0]['url'].rstrip('/')}{path.replace('{org}', '$ORG')}{query}"
    lines = [f'curl "{address}"', '-H "Authorization: Bearer $AAIS_KEY"']
    if method != "get":
        lines[0] = f"curl -X {method.upper()} " + lines[0].removeprefix("curl ")
    if body is not None:
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(_sample(document, body))}'"]
    return " \\\n  ".join(lines)


def _sample(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0) -> Any:
    """A value of a shape, with what is required and no more."""
    schema = _resolved(document, schema)
    if "enum" in schema:
        return schema["enum"][0]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return _sample(document, choices[0], depth)
    if "properties" in schema and depth < _DEEP:
        return {name: _sample(document, schema["properties"][name], depth + 1) for name in schema.get("required", ())}
    plain: dict[str, Any] = {"string": "…", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    return plain.get(str(schema.get("type")))


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _short(name: str) -> str:
    """Two rooms may have a shape of the same name; the document then names the rooms as well."""
    return name.rpartition(".")[2]


def _anchor(name: str) -> str:
    return f"shape-{name}"

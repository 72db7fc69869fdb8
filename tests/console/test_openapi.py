"""The whole API under requests that nobody would write: made out of its own document, right ones and wrong ones.

What is tried is what the document says: an address that is added is tried at once. The business is a real one, and
files are often real ones, so that the requests come further than the first check.
"""

from __future__ import annotations

import asyncio
import copy
import json
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as openapi

from tests.console.conftest import CLINIC, SHIPPED, Browser, House

EACH = 5  # requests for each address, right ones and as many wrong ones
FEW = 3  # where an answer asks for a check of all files
LONG = ("check", "picture", "simulate", "shelf", "review", "publish", "rollback", "decide")
TEXTS = (
    SHIPPED["flows/opt_out.yaml"],
    SHIPPED["rules/messaging_guardrails.yaml"],
    "flow: x\nstates: [",
    "a: &a [*a]",
    "x: " + "[" * 9_000,
)
LIKELY: dict[str, list[str]] = {
    "file": ["flows/opt_out.yaml", "rules/messaging_guardrails.yaml", "flows/new.yaml", "flows/../x.yaml"],
    "text": list(TEXTS),
}
NONSENSE = (
    b"", b"null", b"[]", b"{", b"\xff\xfe", b'"\xed\xa0\x80"', b'{"text": "\\ud800"}', b"1e999999",
    b"[" * 100_000, b'{"x": ' + b"[" * 100_000, b'{"x": ' * 100_000, b"{" + b" " * 4_000_000 + b"}",
)  # fmt: skip


async def test_no_request_that_the_document_allows_or_forbids_breaks_the_server(house: House) -> None:
    owner = await house.browser("owner")
    described = json.loads((await owner.get("/api/v1/openapi.json")).text)
    tried, wrong = await asyncio.to_thread(_storm, described, house.url("/"), _signed_in(owner))
    assert not wrong, "\n".join(wrong)
    assert tried == {method.upper() + path for path, methods in described["paths"].items() for method in methods}


async def test_without_a_session_every_address_refuses_in_the_one_shape(house: House) -> None:
    nobody = await house.browser()
    described = json.loads((await nobody.get("/api/v1/openapi.json")).text)
    assert "Problem" in described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method in methods:
            answer = await nobody.ask(method.upper(), _placed(path))
            assert answer.status == 401, path
            assert set(json.loads(answer.text)) == {"error"}, path
            assert set(json.loads(answer.text)["error"]) == {"code", "reason", "remedy"}, path


async def test_a_body_that_is_no_request_is_refused_in_the_one_shape(house: House) -> None:
    owner = await house.browser("owner")
    described = json.loads((await owner.get("/api/v1/openapi.json")).text)
    headers = {"X-CSRF-Token": owner.csrf, "Content-Type": "application/json"}
    asked = 0
    for path, methods in described["paths"].items():
        for body in NONSENSE if "requestBody" in methods.get("post", {}) else ():
            address = house.url(_placed(path))
            async with owner.session.post(address, data=body, headers=headers) as answer:
                said = await answer.json()
                assert answer.status in (400, 413), (path, body[:40], said)
                assert set(said["error"]) == {"code", "reason", "remedy"}
                asked += 1
    assert asked


def _placed(path: str) -> str:
    """An address with something in each of its blanks."""
    return path.replace("{org}", CLINIC).replace("{booking}", "none").replace("{id}", "none-whatsapp")


def _signed_in(owner: Browser) -> dict[str, str]:
    cookies = owner.session.cookie_jar.filter_cookies(owner.house.server.make_url("/"))
    return {
        "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items()),
        "X-CSRF-Token": owner.csrf,
    }


def _storm(described: dict[str, Any], url: str, headers: dict[str, str]) -> tuple[set[str], list[str]]:
    """The addresses that were tried, and what was wrong with the answers."""
    schema = schemathesis.openapi.from_dict(_likely(described))
    tried, wrong = set(), []
    for found in schema.get_all_operations():
        operation = found.ok()
        tried.add(operation.method.upper() + operation.path)
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            try:
                _try(operation, mode, url, headers)
            except FailureGroup as found_wrong:
                wrong += [f"{operation.label}, {mode.value}: {each}" for each in found_wrong.exceptions]
            except Undocumented as found_wrong:
                wrong.append(f"{operation.label}, {mode.value}: {found_wrong}")
    return tried, wrong


def _try(operation: Any, mode: Any, url: str, headers: dict[str, str]) -> None:
    checks = [
        schemathesis.checks.not_a_server_error,
        openapi.response_schema_conformance,
        openapi.status_code_conformance,
        openapi.content_type_conformance,
    ]
    examples = FEW if operation.path.rpartition("/")[2] in LONG else EACH

    @seed(20261121)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.path_parameters = {**(case.path_parameters or {}), "org": CLINIC}
        answer = case.call_and_validate(base_url=url, headers=headers, checks=checks)
        if answer.status_code >= 400:
            _documented(operation.definition.raw["responses"], answer.status_code, answer.json()["error"]["code"])

    ask()


class Undocumented(Exception):
    """A refusal of which the document says nothing."""


def _documented(responses: dict[str, Any], status: int, code: str) -> None:
    said = responses.get(str(status), {}).get("description", "").split(", ")
    if code not in said:
        raise Undocumented(f"{status} {code}, where the document has {said}")


def _likely(described: dict[str, Any]) -> dict[str, Any]:
    """The document, with names and texts that are often real ones."""
    made = copy.deepcopy(described)
    for shape in made["components"]["schemas"].values():
        for name, field in shape.get("properties", {}).items():
            if name in LIKELY and field == {"type": "string"}:
                shape["properties"][name] = {"anyOf": [{"enum": LIKELY[name]}, {"type": "string"}]}
    for methods in made["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                if parameter["name"] in LIKELY:
                    parameter["schema"] = {"anyOf": [{"enum": LIKELY[parameter["name"]]}, {"type": "string"}]}
    return made

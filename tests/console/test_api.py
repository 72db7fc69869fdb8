"""The API: its document is what the server does, its refusals have one shape, its answers keep to the role."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import jsonschema

from people import tokens
from tests.console.conftest import CLINIC, House


async def test_every_endpoint_is_in_the_document_and_answers_as_it_says(house: House) -> None:
    browser = await house.browser("owner")
    described = json.loads((await browser.get("/api/v1/openapi.json")).text)
    for path, methods in described["paths"].items():
        needed = [each for each in methods.get("get", {}).get("parameters", ()) if each["required"]]
        if "get" not in methods or len(needed) > 1:
            continue
        answer = await browser.get(path.replace("{org}", CLINIC))
        assert answer.status == 200, path
        shape = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator = jsonschema.Draft202012Validator({**described, "$ref": shape["$ref"]})
        validator.validate(json.loads(answer.text))


async def test_a_program_sees_what_its_role_may(house: House) -> None:
    browser = await house.browser()
    for role, sees in (("finance", True), ("viewer", False)):
        token = await tokens.make(house.store.org(CLINIC), role, role, datetime.now(UTC), by="test")
        answer = await browser.ask("GET", "/api/v1/orgs/clinic/today", headers={"Authorization": f"Bearer {token}"})
        assert (json.loads(answer.text)["received"] is not None) is sees


async def test_a_refusal_says_why_and_what_to_do(house: House) -> None:
    answer = await (await house.browser()).get("/api/v1/orgs/clinic/today")
    assert answer.status == 401
    error = json.loads(answer.text)["error"]
    assert error["code"] == "not-signed-in"
    assert error["reason"]
    assert error["remedy"]

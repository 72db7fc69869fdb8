"""/docs shows the whole API, out of its document, to whoever writes a program."""

from __future__ import annotations

import json
import re
import shlex

from tests.console.conftest import House


async def test_every_address_and_every_shape_stands_on_the_page(house: House) -> None:
    nobody = await house.browser()
    page = await nobody.get("/docs")
    assert page.status == 200
    described = json.loads((await nobody.get("/api/v1/openapi.json")).text)
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["operationId"] in ids
            assert f"{method.upper()} {path}" in page.text
    assert {f"shape-{name}" for name in described["components"]["schemas"]} <= set(ids)
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= set(ids)


async def test_it_says_who_may_and_what_no_key_opens(house: House) -> None:
    owner = await house.browser("owner")
    page = (await owner.get("/docs")).text
    publishing = page[page.index('id="post_orgs_org_rules_publish"') :].partition("</section>")[0]
    assert "Owner, Marketer." in publishing
    assert "no key opens it" in publishing
    assert "curl" not in publishing


async def test_an_example_is_a_command_with_a_body_of_the_right_shape(house: House) -> None:
    page = (await (await house.browser()).get("/docs")).text
    checking = page[page.index('id="post_orgs_org_rules_check"') :].partition("</section>")[0]
    command = re.search(r"<pre><code>(.*?)</code></pre>", checking, re.DOTALL)
    assert command is not None
    words = shlex.split(command[1].replace("&#34;", '"').replace("&#39;", "'"))
    assert words[:4] == ["curl", "-X", "POST", "http://console.example/api/v1/orgs/$ORG/rules/check"]
    assert json.loads(words[-1]) == {"file": "…", "text": "…"}


async def test_nothing_on_it_comes_from_elsewhere(house: House) -> None:
    page = (await (await house.browser()).get("/docs")).text
    assert set(re.findall(r'(?:src|href)="(https?:)?//', page)) == set()
    assert re.search(r"<script(?![^>]*src=)", page) is None

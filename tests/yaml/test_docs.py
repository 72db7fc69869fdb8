"""The pages that teach the dialect: every block of docs/yaml.md runs, and docs/verbs.md is what the rooms declare."""

from __future__ import annotations

import re

import pytest

import engine
import language
from composition.definitions import registry
from engine.functions import FUNCTIONS
from engine.testing import World, load_suite, play, variants
from engine.texts import FILTERS
from engine.types import ASKABLE, BASES
from tests.yaml.shipped import DEFINITIONS as SHIPPED
from tools.reference import PAGE, page

TEXT = PAGE.with_name("yaml.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = {f"docs/yaml.md:{TEXT[: match.start()].count(chr(10)) + 2}": match[1] for match in _BLOCK.finditer(TEXT)}
DEFINITIONS = {place: text for place, text in BLOCKS.items() if not text.startswith("tests:")}
TESTS = {place: text for place, text in BLOCKS.items() if text.startswith("tests:")}


def test_the_page_of_verbs_is_what_the_rooms_declare() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(registry()), "run: python -m tools.reference"


@pytest.mark.parametrize("place", DEFINITIONS)
def test_a_definition_of_the_page_compiles(place: str) -> None:
    _release(place)


@pytest.mark.parametrize("place", TESTS)
def test_a_test_of_the_page_holds(place: str) -> None:
    suite = load_suite(TESTS[place], place)
    above = [other for other in DEFINITIONS if _line(other) < _line(place) and _tested(other) == suite.tests]
    world = World(_release(above[-1]), registry(), language.understand)
    for variant in variants(suite, world.release):
        assert [str(finding) for finding in play(variant, world).findings] == []


def test_the_page_names_every_function_filter_and_type() -> None:
    for name in FUNCTIONS:
        assert re.search(rf"`[^`]*\b{name}\(", TEXT), f"function {name}"
    for name in FILTERS:
        assert f"`{name}`" in TEXT, f"filter {name}"
    for name in {*ASKABLE, *BASES}:
        assert f"`{name}`" in TEXT, f"type {name}"


@pytest.mark.parametrize("kind", ["flow", "lifecycle", "rules"])
def test_the_page_names_every_key_of_a_file(kind: str) -> None:
    for key in engine.document.schema(kind)["properties"]:
        assert f"`{key}`" in TEXT, f"{kind}: {key}"


@pytest.mark.parametrize("block", ["state", "rule", "ask", "unclear", "call", "datum", "decided", "told", "choice"])
def test_the_page_names_every_key_of_a_block(block: str) -> None:
    form = engine.document.schema("machine")["$defs"][block]
    for key in form.get("properties") or form["then"]["properties"]:
        assert f"`{key}`" in TEXT or f"`{key}:" in TEXT, f"{block}: {key}"


def _release(place: str) -> engine.Release:
    """The block with what ships around it, and with the page's tables that it asks."""
    documents = [engine.load(DEFINITIONS[place], place)]
    asked = re.findall(r"table: (\w+)", DEFINITIONS[place])
    documents += [engine.load(text, other) for other, text in DEFINITIONS.items() if _tested(other)[6:] in asked]
    documents += [engine.load(path.read_text(encoding="utf-8"), name) for name, path in SHIPPED.items()]
    return engine.compile_release(documents, registry())


def _line(place: str) -> int:
    return int(place.partition(":")[2])


def _tested(place: str) -> str:
    kind, _, name = DEFINITIONS[place].partition("\n")[0].partition(":")
    return f"{kind}:{name.strip()}"

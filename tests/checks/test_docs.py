"""docs/check.md shows what really comes out, and docs/codes/ is what the catalogue says."""

from __future__ import annotations

import re
from pathlib import Path

from composition.definitions import limits, read_sources, registry, yaml_files
from engine.checks import check_sources
from engine.codes import CODES
from engine.reporting import people, summary
from tools.codes import FOLDER, pages

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_pages_of_codes_are_what_the_catalogue_says() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages(), "run: python -m tools.codes"


def test_the_example_says_what_the_page_says() -> None:
    file, text = "flows/table_deposit.yaml", _blocks("yaml")[0]
    around = read_sources(yaml_files([ROOT / "flows", ROOT / "rules"]))
    found = [f for f in check_sources({**around, file: text}, registry(), limits()) if f.file == file]
    assert people(found, {file: text}) + "\n" + summary(found, 1, 1) + "\n" == _blocks("text")[0]


def test_the_python_of_the_page_runs() -> None:
    for block in _blocks("python"):
        exec(compile(block, "docs/check.md", "exec"), {})  # noqa: S102 - it is our own page


def test_the_page_names_codes_that_there_are() -> None:
    for code in re.findall(r"--explain ([a-z-]+)|check: allow ([a-z-]+)", PAGE):
        assert "".join(code) in CODES

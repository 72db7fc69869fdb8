"""Writes docs/codes/ out of the catalogue: `python -m tools.codes`. A test holds the pages to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from composition.definitions import limits, registry
from engine.checks import check_sources
from engine.codes import FAMILIES
from engine.codes.code import Code, files
from engine.reporting import people

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "codes"
_MADE = "Made by `python -m tools.codes` out of `engine.codes`; a test keeps it current, and runs every example."
_SEVERITIES = {
    "error": "it cannot run, or is surely wrong",
    "warning": "it is probably not what was meant",
    "note": "advice",
}


def pages() -> dict[str, str]:
    """Every page by its file name."""
    made = {f"{code.code}.md": "\n".join(_page(code)) + "\n" for family in FAMILIES.values() for code in family}
    return {"README.md": "\n".join(_index()) + "\n", **made}


def _index() -> Iterator[str]:
    yield "# What `aais check` finds"
    yield ""
    yield _MADE
    yield "How it is used stands in [check.md](../check.md)."
    yield ""
    for severity, meaning in _SEVERITIES.items():
        yield f"- **{severity}**: {meaning}"
    for family, codes in FAMILIES.items():
        yield ""
        yield f"## {family}"
        yield ""
        yield "| code | severity | what is found |"
        yield "|---|---|---|"
        for code in codes:
            yield f"| [{code.code}]({code.code}.md) | {code.severity} | {code.title.replace('|', chr(92) + '|')} |"


def _page(code: Code) -> Iterator[str]:
    yield f"# {code.code}"
    yield ""
    yield f"**{code.severity}**: {code.title}."
    yield ""
    yield code.why
    if code.untold:
        yield ""
        yield f"There is no example here: {code.untold[0].lower()}{code.untold[1:]}"
    else:
        yield ""
        yield "It is found here:"
        yield from _blocks(code.example)
        yield ""
        yield "`aais check` says:"
        yield ""
        yield "```text"
        yield _said(code)
        yield "```"
        yield ""
        yield "and not here:"
        yield from _blocks(code.twin)
    if code.severity != "error":
        yield ""
        yield "Where it is meant so, allow it on the line, and say why:"
        yield ""
        yield f"    # check: allow {code.code} because …"


def _said(code: Code) -> str:
    sources = files(code.example)
    return people(check_sources(sources, registry(), limits()), sources).rstrip("\n")


def _blocks(text: str) -> Iterator[str]:
    parts = files(text)
    for name, source in parts.items():
        yield ""
        if len(parts) > 1:
            yield f"`{name}`"
            yield ""
        yield "```yaml"
        yield source.rstrip("\n")
        yield "```"


def main() -> None:
    made = pages()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for page in FOLDER.glob("*.md"):
        if page.name not in made:
            page.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"Written: {len(made)} pages")


if __name__ == "__main__":
    main()

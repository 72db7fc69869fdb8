"""The YAML that ships, and candidates made of it by editing it as data, so that its wording may change."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from composition.definitions import compile_sources
from runtime.release import Compiled

ROOT = Path(__file__).resolve().parents[2]


def shipped() -> dict[str, str]:
    files = [*sorted((ROOT / "flows").rglob("*.yaml")), *sorted((ROOT / "rules").rglob("*.yaml"))]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in files
        if not path.name.endswith(".test.yaml")
    }


def changed(**edits: Callable[[Any], None]) -> dict[str, str]:
    """The shipped sources, some of them edited as data: `changed(booking=lambda flow: flow.update(title="Book"))`."""
    sources = shipped()
    for name, edit in edits.items():
        file = next(file for file in sources if Path(file).stem == name)
        content = YAML(typ="safe").load(sources[file])
        edit(content)
        sources[file] = json.dumps(content, ensure_ascii=False)  # JSON is YAML
    return sources


_COMPILED: dict[str, Compiled] = {}


def compiled(sources: Mapping[str, str]) -> Compiled:
    """Each content once for all tests: compiling is most of what they do."""
    key = json.dumps(sources, sort_keys=True)
    if key not in _COMPILED:
        _COMPILED[key] = compile_sources(sources)
    return _COMPILED[key]

"""One kind of finding: what it is called, how grave it is, and an example that can be run."""

from __future__ import annotations

import re

import msgspec

from engine.findings import Severity

_MARKS = re.compile("[«»]")
_FILE = re.compile(r"^# file: (\S+)\n", re.MULTILINE)


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the catalogue.

    `wrong` is the least that triggers it, with the marked place between « and »; `mend` makes it the corrected
    twin, which does not. Several files stand under `# file: name` lines each. What no text can show (a file
    that cannot be read) has `untold` instead: why there is no example.
    """

    code: str
    severity: Severity
    title: str
    why: str
    wrong: str = ""
    mend: tuple[tuple[str, str], ...] = ()
    right: str = ""  # where the twin is easier written out
    also: tuple[str, ...] = ()  # codes that come with it and are part of the same mistake
    untold: str = ""

    @property
    def example(self) -> str:
        return _MARKS.sub("", self.wrong)

    @property
    def twin(self) -> str:
        """The example, corrected."""
        text = self.right or self.example
        for old, new in self.mend:
            assert text.count(old) == 1, f"{self.code}: {old!r} stands {text.count(old)} times in the example"
            text = text.replace(old, new)
        return text


def files(text: str, name: str = "example.yaml") -> dict[str, str]:
    """The files of an example, by name, as `check_sources` takes them."""
    parts = _FILE.split(text)
    found = {name: parts[0]} if parts[0].strip() else {}
    return {**found, **dict(zip(parts[1::2], parts[2::2], strict=True))}


def marked(text: str) -> tuple[str, int, int, int, int]:
    """Where « and » stand: the file, and line, column, end line, end column as a finding counts them."""
    for name, source in files(text).items():
        start, end = source.find("«"), source.find("»")
        if start >= 0:
            return (name, *_position(source[:start]), *_position(_MARKS.sub("", source[:end])))
    raise ValueError("nothing is marked")


def _position(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1

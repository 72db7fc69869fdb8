"""Texts for people stand in a YAML file beside the module that says them."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec
from ruamel.yaml import YAML

T = TypeVar("T")


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence in both languages, with blanks in braces."""

    en: str
    sw: str

    def to(self, language: str) -> str:
        """In the language of who reads it."""
        return self.sw if language == "sw" else self.en


def beside(module: str, shape: type[T]) -> T:
    """The words of a module, named by its `__file__`. Raises msgspec.ValidationError where they are no `shape`."""
    text = Path(module).with_suffix(".yaml").read_text(encoding="utf-8")
    return msgspec.convert(YAML(typ="safe", pure=True).load(text), shape)

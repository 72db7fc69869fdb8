"""Collects findings while a document is compiled, and compiles the small parts that all kinds share."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from rapidfuzz.distance import Levenshtein

from engine import types
from engine.document import At, Document
from engine.findings import Finding, did_you_mean
from engine.recalling import compiled
from engine.scope import Expression, ExpressionError, Scope, constant
from engine.texts import Template, check_paths, compile_template
from engine.types import Shape, Types, UnknownType

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


class Checker:
    """One document under check. Every method reports rather than raises, and answers None for what is wrong."""

    def __init__(self, document: Document, known: Types, found: list[Finding]) -> None:
        self.document = document
        self.types = known
        self.found = found

    def report(
        self, code: str, path: At, reason: str, suggestion: str = "", *,
        key: bool = False, offset: int = 0, end: int = 0,
    ) -> None:  # fmt: skip
        self.found.append(self.document.finding(code, path, reason, suggestion, key=key, offset=offset, end=end))

    def error(self, error: ExpressionError, path: At) -> None:
        self.report(error.code, path, error.reason, error.suggestion, offset=error.offset, end=error.end)

    def reference(self, what: str, name: str, known: Collection[str], path: At, *, key: bool = False) -> bool:
        """Whether `name` is one of `known`; if not, that is reported as an unknown `what`."""
        if name in known:
            return True
        code = "unknown-" + what.replace(" ", "-")
        self.report(code, path, f'There is no {what} "{name}".', did_you_mean(name, known), key=key)
        return False

    def shape(self, written: str, path: At) -> Shape:
        try:
            return self.types.shape(written)
        except UnknownType as error:
            name = str(error.args[0])
            self.report("unknown-type", path, f'"{name}" is not a type.', did_you_mean(name, self.types.names()))
            return types.ANY

    def guard(self, written: Any, scope: Scope, path: At) -> Expression | None:
        expression = self.expression(written, scope, path)
        if expression is not None and expression.shape.base not in ("yes_no", "any"):
            reason = f"A guard is a yes or no; this is {expression.shape.name}."
            self.report("not-yes-no", path, reason, "Compare it with something.")
            return None
        return expression

    def expression(self, written: Any, scope: Scope, path: At) -> Expression | None:
        if written is None:
            return constant(None, types.NONE)
        if isinstance(written, bool):
            return constant(written, types.YES_NO)
        if isinstance(written, (int, float)):
            return constant(written, types.NUMBER)
        try:
            return compiled(written, scope)
        except ExpressionError as error:
            self.error(error, path)
            return None

    def value(self, written: Any, wanted: Shape, scope: Scope, path: At) -> Expression | None:
        """An expression of the wanted shape. Where text is wanted, one bare word that is no name is itself."""
        if wanted.base == "text" and isinstance(written, str) and self._is_word(written, scope):
            return constant(written, types.TEXT)
        expression = self.expression(written, scope, path)
        if expression is not None and not types.fits(expression.shape, wanted):
            self.report("types-differ", path, f"This should be {wanted.name}, but it is {expression.shape.name}.")
            return None
        return expression

    @staticmethod
    def _is_word(written: str, scope: Scope) -> bool:
        if not _WORD.match(written) or written in scope.known() or written in ("True", "False", "None"):
            return False
        return not any(_near(written, name) for name in scope.known())

    def template(self, source: str, path: At) -> Template | None:
        try:
            return compile_template(source)
        except ExpressionError as error:
            self.error(error, path)
            return None

    def text(self, template: Template, scope: Scope, path: At, *, event: bool | None = None) -> None:
        """Reports the first name in a text that the scope does not have.

        With `event` only the fields of the event are looked at, or (False) all but them.
        """
        try:
            check_paths(template, scope, event)
        except ExpressionError as error:
            self.error(error, path)

    def declared(self, written: Any, path: At) -> Shape:
        """The shape of a declaration: `money`, `{type: money}` or `{fields: {...}}`."""
        if isinstance(written, str):
            return self.shape(written, path)
        if isinstance(written, Mapping) and written.get("fields"):
            fields = {name: self.shape(kind, [*path, "fields", name]) for name, kind in written["fields"].items()}
            return Shape("record", "record", fields=fields)
        return self.shape(written.get("type", "any"), [*path, "type"])


def _near(word: str, name: str) -> bool:
    """Whether a word looks like a mistyped name rather than a word of its own."""
    return len(name) > 3 and Levenshtein.distance(word, name, score_cutoff=1) == 1


class Watching(Checker):
    """A checker that remembers which ambient names were read."""

    def __init__(self, document: Document, known: Types, found: list[Finding]) -> None:
        super().__init__(document, known, found)
        self.ambients: set[str] = set()

    def expression(self, written: Any, scope: Scope, path: At) -> Expression | None:
        expression = super().expression(written, scope, path)
        if expression is not None:
            self.ambients |= expression.ambients
        return expression

"""Why the engine refuses to go on: one class a reason, so that the runtime can tell them apart."""

from __future__ import annotations

from engine.model import Question


class EngineError(Exception):
    """The root of everything that a step or a decision may raise, except `Unanswered`."""


class Unanswered(Exception):
    """A question must be answered before the step can be computed; ask it and call again."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.key)
        self.question = question


class ExpressionFailed(EngineError):
    """An expression met values that it cannot work with (two currencies, a value of an open type)."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source!r}: {reason}")
        self.source = source
        self.reason = reason


class TextFailed(EngineError):
    """A text could not be rendered."""


class BadStart(EngineError):
    """`begin` was given data that the definition does not take, or was not given what it takes."""


class UnknownDefinition(EngineError):
    """A snapshot names a definition that the given one neither is nor calls."""


class UnknownState(EngineError):
    """A snapshot stands in a state that its definition does not have."""


class CannotMigrate(EngineError):
    """A machine has no place in another version of its definition. `code` is stable, the text for people."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class FactsMissing(EngineError):
    """A decision table was not given a fact that it needs, or was given one of another type."""


class RowsOverlap(EngineError):
    """More than one row of a `hit: unique` table holds."""


class RowsDisagree(EngineError):
    """Rows of a `hit: any` table hold with different results."""


class LimitExceeded(EngineError):
    """A limit of `engine.limits` was reached."""


class TooManyMicrosteps(LimitExceeded):
    """One event set off more transitions than `MICROSTEPS`: most likely `next` rules in a circle."""


class TextTooLong(LimitExceeded):
    """A rendered text is longer than `TEXT_LENGTH`."""


class ExpressionTooLarge(LimitExceeded):
    """An expression is longer or deeper than `EXPRESSION_LENGTH`, `EXPRESSION_NODES`, `EXPRESSION_DEPTH`."""


class TooManyChoices(LimitExceeded):
    """A question offers more than `CHOICES`."""


class ValueTooLarge(LimitExceeded):
    """A value to remember is too large: an integer beyond 63 bits, a text or list beyond `VALUE_LENGTH`."""

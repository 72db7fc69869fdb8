"""What can be wrong with an expression, a type, or a text as it is written."""

from __future__ import annotations

from engine.codes.code import Code
from engine.codes.form import FLOW, TABLE

GUARDED = TABLE.replace("{id: all, then: 1}", "{id: all, when: visits > 2, then: 1}\notherwise: {then: 0}")

CODES = (
    Code(
        code="expression-syntax",
        severity="error",
        title="Not an expression",
        why="Expressions have Python's syntax: `visits > 2 and known(name)`.",
        wrong=GUARDED.replace("visits > 2", "visits > «>» 2"),
        right=GUARDED,
    ),
    Code(
        code="expression-too-large",
        severity="error",
        title="An expression that is too long or too deep",
        why="Nobody could review it. Split it into rows or states, or keep parts of it in data.",
        wrong=GUARDED.replace("visits > 2", "not " * 20 + "«not visits > 2»"),
        right=GUARDED,
    ),
    Code(
        code="number-too-large",
        severity="error",
        title="A number beyond 63 bits",
        why="The store keeps whole numbers up to 9,223,372,036,854,775,807.",
        wrong=GUARDED.replace("visits > 2", "visits > «10000000000000000000»"),
        right=GUARDED,
    ),
    Code(
        code="types-differ",
        severity="error",
        title="Types that do not go together",
        why="Comparing a count with a text, or keeping a date where money belongs, would fail or be false every time.",
        wrong=GUARDED.replace("visits > 2", '«visits > "two"»'),
        right=GUARDED,
    ),
    Code(
        code="not-yes-no",
        severity="error",
        title="A guard that is not a yes or a no",
        why="A guard holds or does not. Say with what the value is to be compared.",
        wrong=GUARDED.replace("visits > 2", "«visits»"),
        right=GUARDED,
    ),
    Code(
        code="arguments",
        severity="error",
        title="Too many or too few arguments for a function",
        why="docs/yaml.md says what each function takes.",
        wrong=GUARDED.replace("visits > 2", "'«abs(visits, 2)» > 2'"),
        right=GUARDED,
    ),
    Code(
        code="bad-literal",
        severity="error",
        title="Not a date or time",
        why='`date("2026-12-25")` and `time("08:30")` take a text that is one, so that it can be read beforehand.',
        wrong=GUARDED.replace("count", "date").replace("visits > 2", "'visits > date(«\"Christmas\"»)'"),
        mend=(("Christmas", "2026-12-25"),),
    ),
    Code(
        code="no-business",
        severity="error",
        title="The business's clock or currency where it is not known",
        why="Decision tables know their facts only. Hand over the local date as a fact, or name the currency.",
        wrong=GUARDED.replace("count", "money").replace("visits > 2", "visits > «money(2)»"),
        mend=(("visits > money(2)", "'visits > money(2, \"KES\")'"),),
    ),
    Code(
        code="not-a-list",
        severity="error",
        title="Choices from something that is not a list",
        why="People pick from a list.",
        wrong=FLOW.replace("ask: {text: how}", "ask: {text: how, choices: {from: «contact.name»}, none: done}"),
        mend=(("contact.name", "offers.active"),),
    ),
    Code(
        code="not-askable",
        severity="error",
        title="A type that nobody can answer",
        why="People can type words, numbers, days and the like; not records or durations.",
        wrong=FLOW.replace("ask: {text: how}", "ask: {text: how, type: «duration»}"),
        mend=(("duration", "number"),),
    ),
    Code(
        code="text-syntax",
        severity="error",
        title="A text that cannot be read",
        why="`{{ name }}` and `{% if name %} … {% endif %}` must be closed.",
        wrong=FLOW.replace('"How are you?"', '«"How are you, {{ contact.name?"»'),
        right=FLOW,
    ),
    Code(
        code="text-too-long",
        severity="error",
        title="A text of more than 4,096 characters",
        why="No channel takes it in one message.",
        untold="It takes more than 4,096 characters.",
    ),
    Code(
        code="missing-translation",
        severity="error",
        title="A text that is missing in a language",
        why="Who speaks that language would be answered in another one, in the middle of a conversation.",
        wrong=FLOW.replace("[en]", "[en, sw]").replace("  how: {", "  «how»: {"),
        mend=(('{en: "How are you?"}', '{en: "How are you?", sw: "Habari yako?"}'),),
    ),
)

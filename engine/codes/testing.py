"""What can be wrong with the form of a test file. What a test finds when it runs is for `aais test` to say."""

from __future__ import annotations

from engine.codes.code import Code
from engine.codes.form import FLOW

TEST = (
    "# file: hello.yaml\n" + FLOW + "# file: hello.test.yaml\ntests: flow:hello\ncases:\n"
    "  - name: a word is enough\n    steps:\n      - {says: fine, expect: {state: done}}\n"
)

CODES = (
    Code(
        code="what-tested",
        severity="error",
        title="A test file that does not say what it tests",
        why="It begins with the definition: `tests: flow:booking`.",
        wrong=TEST.replace("tests: flow:hello", "tests: «hello»"),
        right=TEST,
    ),
    Code(
        code="untested-definition",
        severity="error",
        title="A test of something that does not exist",
        why="It would never run, and nobody would notice.",
        wrong=TEST.replace("tests: flow:hello", "tests: «flow:hallo»"),
        right=TEST,
    ),
    Code(
        code="duplicate-case",
        severity="error",
        title="Two cases with one name",
        why="A failure names its case; it must be one.",
        wrong=TEST + "  - «name: a word is enough\n    steps:\n      - {says: well, expect: {state: done}}»\n",
        mend=(("enough\n    steps:\n      - {says: well", "plenty\n    steps:\n      - {says: well"),),
    ),
    Code(
        code="many-moves",
        severity="error",
        title="A step in which two things happen",
        why="One step is one thing that happens; which of the two came first would be a guess.",
        wrong=TEST.replace("{says: fine,", "{says: fine, «after»: 2h,"),
        right=TEST,
    ),
    Code(
        code="with-without",
        severity="error",
        title="`with` without `event`",
        why="`with` holds the data of an event that arrives.",
        wrong=TEST.replace("{says: fine,", "{says: fine, «with»: {reason: none},"),
        right=TEST,
    ),
)

"""The process beside the server: quick answers, and garbage that is looked for between them."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

import pytest

from tests.console.conftest import EQUIPMENT, SHIPPED
from workshop import questions
from workshop.beside import InProcess, Tidying

_left: list[weakref.ref[Any]] = []


class _Knot:
    """Refers to itself: only the collector finds it."""

    def __init__(self) -> None:
        self.itself = self


def _nothing() -> Any:
    return None


def _leave_old_garbage(_with: Any) -> bool:
    knot = _Knot()
    gc.collect(1)
    gc.collect(1)  # it is of the old generation now
    _left.append(weakref.ref(knot))
    del knot
    gc.collect(1)
    return _left[0]() is not None


def _gone(_with: Any) -> bool:
    return _left[0]() is None


async def test_old_garbage_is_left_alone_while_a_question_is_answered_and_gone_after_a_rest() -> None:
    beside = InProcess(_nothing)
    try:
        assert await beside.run(_leave_old_garbage)
        for _ in range(50):
            await asyncio.sleep(Tidying.REST * 2)
            if await beside.run(_gone):
                return
        raise AssertionError("it was never looked for")
    finally:
        beside.close()


async def test_it_is_looked_for_at_last_when_questions_come_without_a_rest() -> None:
    beside = InProcess(_nothing)
    try:
        assert await beside.run(_leave_old_garbage)
        answers = [await beside.run(_gone) for _ in range(Tidying.OVERDUE * 20)]
        assert answers[-1]
    finally:
        beside.close()


def test_what_is_in_force_is_checked_once_for_many_keystrokes(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[dict[str, str]] = []
    true = questions.check_sources

    def counted(texts: Any, *more: Any) -> Any:
        checked.append(dict(texts))
        return true(texts, *more)

    monkeypatch.setattr(questions, "check_sources", counted)
    questions._everything.cache_clear()
    file = "flows/opt_out.yaml"
    for words in ("a", "b", "c"):
        text = SHIPPED[file].replace("title: ", f"title: {words} ")
        questions.findings(EQUIPMENT, dict(SHIPPED), {**SHIPPED, file: text}, file)
    assert sum(texts == SHIPPED for texts in checked) == 1
    assert len(checked) == 4

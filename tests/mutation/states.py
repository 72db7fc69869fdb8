"""The operators for states: what they wait for, ask and call, where a machine begins and ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.mutation.defects import Change, Path, drop, operator, others, put, rename, states

Found = Iterator[tuple[Path, str, Change]]
_LONGER = {"s": "m", "m": "h", "h": "d", "d": "w"}


def _machine(content: Any) -> bool:
    return "states" in content


@operator
def unclear_dropped(content: Any) -> Found:
    for name, state in states(content).items():
        if "unclear" in state:
            yield ("states", name, "unclear"), "nothing for what is unclear", drop(("states", name, "unclear"))


@operator
def unclear_tries(content: Any) -> Found:
    for name, state in states(content).items():
        tries = (state.get("unclear") or {}).get("tries")
        if tries is not None:
            path = ("states", name, "unclear", "tries")
            yield path, f"{tries + 1} tries instead of {tries}", put(path, tries + 1)


@operator
def timers_dropped(content: Any) -> Found:
    for name, state in states(content).items():
        for key in ("after", "at"):
            if key in state:
                yield ("states", name, key), "no timers", drop(("states", name, key))


@operator
def timer_longer(content: Any) -> Found:
    for name, state in states(content).items():
        for delay in state.get("after") or {}:
            path = ("states", name, "after", delay)
            if delay[-1] in _LONGER and f"{delay[:-1]}{_LONGER[delay[-1]]}" not in state["after"]:
                now = f"{delay[:-1]}{_LONGER[delay[-1]]}"
                yield path, f"{now} instead of {delay}", rename(path, now)


@operator
def timer_shorter(content: Any) -> Found:
    for name, state in states(content).items():
        for delay in state.get("after") or {}:
            count = int(delay[:-1]) // 2
            now = f"{count}{delay[-1]}"
            if count and now not in state["after"]:
                path = ("states", name, "after", delay)
                yield path, f"{now} instead of {delay}", rename(path, now)


@operator
def past_run_or_skipped(content: Any) -> Found:
    for name, state in states(content).items():
        for index, timer in enumerate(state.get("at") or []):
            path: Path = ("states", name, "at", index, "past")
            now = "skip" if timer.get("past") == "run" else "run"
            yield path, f"what is past is {now}", put(path, now)


@operator
def interrupt_word_dropped(content: Any) -> Found:
    """But for a phrase that holds a shorter one, which is heard in it."""
    for index, rule in enumerate(content.get("anywhere") or []):
        phrases = rule.get("hear") or []
        for number, phrase in enumerate(phrases):
            if not any(other != phrase and other in phrase.split() for other in phrases):
                path: Path = ("anywhere", index, "hear", number)
                yield path, f"{phrase} is not heard", drop(path)


@operator
def event_renamed(content: Any) -> Found:
    for name, state in states(content).items():
        events = list(state.get("on") or {})
        for event in events:
            room, _, word = event.rpartition(".")
            if room:
                yield (
                    ("states", name, "on", event),
                    "event misspelt",
                    rename(("states", name, "on", event), f"{room}.{word}s"),
                )


@operator
def final_dropped(content: Any) -> Found:
    for name, state in states(content).items():
        if state.get("final"):
            yield ("states", name, "final"), "not final", drop(("states", name, "final"))


@operator
def start_elsewhere(content: Any) -> Found:
    for other in others(content, content["start"]) if _machine(content) else ():
        yield ("start",), f"starts in {other}", put(("start",), other)


@operator
def answer_not_saved(content: Any) -> Found:
    for name, state in states(content).items():
        for key in ("ask", "call"):
            if "save" in (state.get(key) or {}):
                yield ("states", name, key, "save"), "not saved", drop(("states", name, key, "save"))


@operator
def nothing_to_choose_unhandled(content: Any) -> Found:
    for name, state in states(content).items():
        if "none" in (state.get("ask") or {}):
            yield ("states", name, "ask", "none"), "nothing for an empty list", drop(("states", name, "ask", "none"))


@operator
def choices_exchanged(content: Any) -> Found:
    for name, state in states(content).items():
        choices = (state.get("ask") or {}).get("choices")
        for index in range(len(choices) - 1 if isinstance(choices, list) else 0):
            one, other = choices[index], choices[index + 1]
            path = ("states", name, "ask", "choices")

            def change(wrong: Any, path: Path = path, index: int = index) -> None:
                listed = wrong["states"][path[1]]["ask"]["choices"]
                here, there = listed[index], listed[index + 1]
                here["text"], there["text"] = there["text"], here["text"]

            if "text" in one and "text" in other:
                yield (*path, index), "its label and the next one's exchanged", change


@operator
def choice_dropped(content: Any) -> Found:
    for name, state in states(content).items():
        choices = (state.get("ask") or {}).get("choices")
        for index in range(len(choices) if isinstance(choices, list) and len(choices) > 1 else 0):
            path: Path = ("states", name, "ask", "choices", index)
            yield path, "choice dropped", drop(path)


@operator
def called_with_nothing(content: Any) -> Found:
    for name, state in states(content).items():
        for arg in (state.get("call") or {}).get("with") or {}:
            path: Path = ("states", name, "call", "with", arg)
            yield path, "handed over as nothing", put(path, None)


@operator
def default_changed(content: Any) -> Found:
    for name, written in (content.get("data") or {}).items() if _machine(content) else ():
        if isinstance(written, dict) and isinstance(written.get("default"), bool):
            path: Path = ("data", name, "default")
            yield path, f"begins as {not written['default']}", put(path, not written["default"])
        elif isinstance(written, dict) and "default" in written:
            yield ("data", name, "default"), "no default", drop(("data", name, "default"))

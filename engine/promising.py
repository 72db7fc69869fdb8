"""Reads the promises of one flow or lifecycle when it is compiled, and says what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal

import msgspec

from engine import types
from engine.checking import Checker
from engine.document import At
from engine.findings import did_you_mean
from engine.outline import Around, delay
from engine.promises import ANYTHING, Form, Happening, Promise, said
from engine.scope import Expression, Scope
from engine.types import Shape

_FORMS: tuple[tuple[Form, str, frozenset[str], frozenset[str]], ...] = (  # form, its key, needed, allowed besides
    ("leaves", "always", frozenset({"leaves_within"}), frozenset()),
    ("leaves", "always", frozenset({"leaves_by"}), frozenset({"when"})),
    ("follows", "always", frozenset({"after", "within"}), frozenset({"when"})),
    ("at_most", "at_most", frozenset({"of"}), frozenset({"after"})),
    ("reachable", "reachable", frozenset(), frozenset({"except"})),
    ("never", "never", frozenset(), frozenset({"unless", "when", "after", "except"})),
)


class Promises:
    """Reads the promises of one flow or lifecycle."""

    def __init__(
        self, check: Checker, around: Around, base: Scope, states: Collection[str], texts: Collection[str]
    ) -> None:
        self._check = check
        self._around = around
        self._base = base
        self._states = states
        self._texts = texts

    def compile(self, written: Any) -> tuple[Promise, ...]:
        made = [self._promise(item, ["promises", index]) for index, item in enumerate(written or ())]
        return tuple(promise for promise in made if promise is not None)

    def _promise(self, written: Mapping[str, Any], path: At) -> Promise | None:
        form = self._form(written, path)
        if form is None:
            return None
        key = "of" if form == "at_most" else form if form in ("never", "reachable") else "always"
        states_only = form in ("leaves", "reachable")
        what = self._happenings(written[key], [*path, key], states_only=states_only)
        after = self._happenings(written.get("after"), [*path, "after"])
        unless, excuse = self._unless(written.get("unless"), [*path, "unless"])
        scope = msgspec.structs.replace(self._base, event=self._fields(after, path)) if after else self._base
        by = written.get("leaves_by")
        return Promise(
            form=form, at=tuple(path), text=said(written), what=what, unless=unless, excuse=excuse, after=after,
            besides=self._happenings(written.get("except"), [*path, "except"]),
            when=self._check.guard(written["when"], scope, [*path, "when"]) if "when" in written else None,
            within=self._within(written),
            by=self._check.value(by, types.DATETIME, self._base, [*path, "leaves_by"]) if by is not None else None,
            most=int(written.get("at_most", 0)),
        )  # fmt: skip

    def _form(self, written: Mapping[str, Any], path: At) -> Form | None:
        keys = set(written) - {"title"}
        for form, key, needed, allowed in _FORMS:
            if key in keys and needed <= keys and keys <= {key} | needed | allowed:
                return form
        reason = f"It is not clear what is promised by {', '.join(sorted(keys)) or 'nothing'} together."
        hint = (
            "A promise is `never` (with unless, when, after, except), `always` with leaves_within or leaves_by, "
            "`after` with always and within, `at_most` with of, or `reachable`."
        )
        self._check.report("promise-unclear", path, reason, hint)
        return None

    @staticmethod
    def _within(written: Mapping[str, Any]) -> timedelta | None:
        value = written.get("leaves_within", written.get("within"))
        return delay(value) if value is not None else None

    def _unless(self, written: Any, path: At) -> tuple[tuple[Happening, ...], Expression | None]:
        """Happenings, or else a guard."""
        if isinstance(written, str) and any(self._kind(word) is None for word in _words(written)):
            try_it = Checker(self._check.document, self._check.types, [])
            excuse = try_it.guard(written, self._base, path)
            if excuse is not None:
                return (), self._check.guard(written, self._base, path)
        return self._happenings(written, path), None

    def _happenings(self, written: Any, path: At, *, states_only: bool = False) -> tuple[Happening, ...]:
        return tuple(self._each(written, path, states_only))

    def _each(self, written: Any, path: At, states_only: bool) -> Iterator[Happening]:
        if written is None:
            return
        if isinstance(written, list):
            for index, item in enumerate(written):
                yield from self._each(item, [*path, index], states_only)
        elif isinstance(written, dict):
            for kind, names in written.items():
                for name in names if isinstance(names, list) else _words(str(names)):
                    yield from self._named(kind, name, [*path, kind])
        else:
            for word in _words(str(written)):
                kind = self._kind(word)
                if kind is None or (states_only and kind != "enters"):
                    known = [*self._states] if states_only else [*self._states, *self._verbs(), *self._events()]
                    what = "state" if states_only else "state, verb or event"
                    hint = did_you_mean(word, known)
                    self._check.report("unknown-happening", path, f'There is no {what} "{word}".', hint)
                else:
                    yield Happening(kind, word)

    def _named(self, kind: str, name: str, path: At) -> Iterator[Happening]:
        if name in ("any", ANYTHING):
            yield Happening(kind, ANYTHING)  # type: ignore[arg-type]
            return
        known: dict[str, Collection[str]] = {
            "enters": self._states, "does": self._verbs(), "hears": self._events(), "tells": self._events(),
            "says": self._texts,
        }  # fmt: skip
        if kind == "enters" and self._kind(name) == "enters":
            yield Happening("enters", name)
        elif name in known[kind]:
            yield Happening(kind, name)  # type: ignore[arg-type]
        else:
            hint = did_you_mean(name, known[kind])
            self._check.report("unknown-happening", path, f'Nothing {kind} "{name}".', hint)

    def _kind(self, word: str) -> Literal["enters", "does", "hears"] | None:
        if word in self._states:
            return "enters"
        if word in self._verbs():
            return "does"
        if word in self._events():
            return "hears"
        flow, _, state = word.rpartition(".")
        other = self._around.outlines.get(flow)
        return "enters" if other is not None and state in other.document.content["states"] else None

    def _verbs(self) -> Collection[str]:
        return [name for name, verb in self._around.registry.verbs.items() if verb.sort != "question"]

    def _events(self) -> Collection[str]:
        return {*self._around.registry.events, *self._around.told, "answer"}

    def _fields(self, after: tuple[Happening, ...], path: At) -> Mapping[str, Shape] | None:
        """The fields of the event that `after` speaks of; those that all have, if there are some."""
        found: dict[str, Shape] = {}
        for happening in after:
            kind = self._around.registry.events.get(happening.name)
            if happening.kind == "hears" and kind is not None:
                found |= {name: self._check.shape(written, path) for name, written in kind.fields.items()}
        return found or None


def _words(written: str) -> list[str]:
    return [word.strip() for word in written.split(" or ")]

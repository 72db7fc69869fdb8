"""Whether a promise has been kept so far: what happened is shown to it one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from engine.promises import ANYTHING, Happening, Promise
from engine.proving.worlds import Watch
from engine.scope import Expression


class Seen(NamedTuple):
    """What a happening may have come to; which, when a guard of the promise decides."""

    watch: Watch
    broken: bool
    guards: tuple[tuple[Expression, bool], ...] = ()


def beginning(promise: Promise) -> Watch:
    """The watch before anything happened."""
    if promise.form == "never":
        return (not promise.after, False)  # whether it counts now, whether it is excused
    if promise.form == "at_most":
        return (0,)
    if promise.form == "follows":
        return (False,)  # whether something is due
    return ()


def matches(happened: Happening, named: tuple[Happening, ...]) -> bool:
    return any(each.kind == happened.kind and each.name in (happened.name, ANYTHING) for each in named)


def see(promise: Promise, watch: Watch, happened: Happening) -> list[Seen]:
    """One happening."""
    watching: Callable[[Promise, Watch, Happening], list[Seen]] | None = _FORMS.get(promise.form)
    return watching(promise, watch, happened) if watching is not None else [Seen(watch, False)]


def _never(promise: Promise, watch: Watch, happened: Happening) -> list[Seen]:
    armed, excused = watch
    if armed and not excused and matches(happened, promise.what) and not matches(happened, promise.besides):
        return _perhaps_broken(promise, watch)
    if matches(happened, promise.after):
        if promise.when is None:
            return [Seen((True, False), False)]
        return [Seen((holds, False), False, ((promise.when, holds),)) for holds in (True, False)]
    if armed and matches(happened, promise.unless):
        return [Seen((armed, True), False)]
    return [Seen(watch, False)]


def _perhaps_broken(promise: Promise, watch: Watch) -> list[Seen]:
    """It happened. It breaks the promise if the promise is about this case, and nothing excuses it now."""
    made: list[Seen] = []
    against: tuple[tuple[Expression, bool], ...] = ()
    if promise.when is not None and not promise.after:
        made.append(Seen(watch, False, ((promise.when, False),)))
        against = ((promise.when, True),)
    if promise.excuse is not None:
        made.append(Seen(watch, False, (*against, (promise.excuse, True))))
        against = (*against, (promise.excuse, False))
    made.append(Seen(watch, True, against))
    return made


def _at_most(promise: Promise, watch: Watch, happened: Happening) -> list[Seen]:
    (count,) = watch
    if matches(happened, promise.what):
        return [Seen((min(count + 1, promise.most + 1),), count >= promise.most)]
    return [Seen((0,) if matches(happened, promise.after) else watch, False)]


def _follows(promise: Promise, watch: Watch, happened: Happening) -> list[Seen]:
    (due,) = watch
    if due and matches(happened, promise.what):
        return [Seen((False,), False)]
    if not due and matches(happened, promise.after):
        if promise.when is None:
            return [Seen((True,), False)]
        return [Seen((holds,), False, ((promise.when, holds),)) for holds in (True, False)]
    return [Seen(watch, False)]


_FORMS: dict[str, Callable[[Promise, Watch, Happening], list[Seen]]] = {
    "never": _never, "at_most": _at_most, "follows": _follows,
}  # fmt: skip

"""`prove`: every promise of a release, in order, each with its verdict."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from engine.promises import Promise
from engine.proving import across, judging, reaching, rows, timing
from engine.proving.judging import Case
from engine.proving.search import Bounds
from engine.proving.subject import Subject, known_types
from engine.proving.verdict import Verdict
from engine.proving.writing import Understand
from engine.registry import Registry
from engine.release import Release
from engine.tables import Table

Progress = Callable[[str, str], None]  # definition, promise: what is looked at now


def prove(
    release: Release, registry: Registry, *, only: Collection[str] | None = None, bounds: Bounds | None = None,
    understand: Understand | None = None, progress: Progress | None = None,
) -> tuple[Verdict, ...]:  # fmt: skip
    """The verdicts on all promises, or on those of the definitions whose names ("flow:booking") are in `only`.

    `understand` (language.understand) lets tests say what a person types rather than name the event. The same release
    has the same verdicts on every machine, unless `bounds.late` cuts the search short.
    """
    return tuple(verdicts(release, registry, only=only, bounds=bounds, understand=understand, progress=progress))


def verdicts(
    release: Release, registry: Registry, *, only: Collection[str] | None = None, promise: int | None = None,
    bounds: Bounds | None = None, understand: Understand | None = None, progress: Progress | None = None,
) -> Iterator[Verdict]:  # fmt: skip
    """The same, one after the other as they are found. `promise`: only that one of each file, counted from 1."""
    limits = bounds or Bounds()
    subjects: dict[str, Subject] = {}
    for definition in release.by_hash.values():
        name = f"{definition.kind}:{definition.name}"
        if only is not None and name not in only:
            continue
        chosen = [each for index, each in enumerate(definition.promised, start=1) if promise in (None, index)]
        for each in chosen:
            if progress is not None:
                progress(name, each.text)
            if isinstance(definition, Table):
                yield rows.judge(definition, each, known_types(release, registry))
                continue
            subject = subjects.get(definition.hash) or Subject(definition, release, registry, subjects)
            yield _judged(subject, each, limits, understand)


def _judged(subject: Subject, promise: Promise, bounds: Bounds, understand: Understand | None) -> Verdict:
    far = across.distant(subject, promise)
    if far:
        case = Case(subject, promise, bounds, understand)
        return across.judge(case, far, lambda other, half: _near(other, half, bounds, understand))
    return _near(subject, promise, bounds, understand)


def _near(subject: Subject, promise: Promise, bounds: Bounds, understand: Understand | None) -> Verdict:
    """Leaving data aside and taking nothing for granted about when events come, as long as that is enough."""
    judge = _JUDGES[promise.form]
    rough = judge(Case(subject, promise, bounds, understand, coarse=True))
    if rough.answer == "proved":
        return rough
    first = judge(Case(subject, promise, bounds, understand))
    if first.answer == "proved" or not subject.causes:
        return first
    return judge(Case(subject, promise, bounds, understand, causal=True))


_JUDGES: dict[str, Callable[[Case], Verdict]] = {
    "never": judging.judge, "at_most": judging.judge, "reachable": reaching.judge,
    "leaves": timing.judge, "follows": timing.judge,
}  # fmt: skip

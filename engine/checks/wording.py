"""Texts that nobody says, and languages that do not say the same."""

from __future__ import annotations

from collections.abc import Iterator

from engine.chart import Node
from engine.checks.languages import exchanged
from engine.checks.mending import removal
from engine.checks.subject import Subject


def check(subject: Subject) -> None:
    used = set(_used(subject))
    for key, forms in subject.definition.texts.items():
        if key not in used:
            fix = removal(subject.document, ["texts", key])
            reason, hint = f'"{key}" is never said.', "Say it, or remove it."
            subject.report("unused-text", ["texts", key], reason, hint, key=True, fix=fix)
        mixed = exchanged({language: form.source for language, form in forms.items()})
        if mixed is not None:
            reason = f"What stands under {mixed[0]} reads like {mixed[1]}, and the other way round."
            subject.report("languages-exchanged", ["texts", key], reason, "Exchange them.", key=True)
        first, *others = ((language, forms[language]) for language in forms)
        wanted = {".".join(path) for path in first[1].paths}
        for language, template in others:
            has = {".".join(path) for path in template.paths}
            if has == wanted:
                continue
            parts = [f"{language} lacks {_listed(wanted - has)}"] if wanted - has else []
            parts += [f"{first[0]} lacks {_listed(has - wanted)}"] if has - wanted else []
            subject.report("placeholders-differ", ["texts", key, language], f"{' and '.join(parts)}.", key=True)


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{{ {name} }}}}" for name in sorted(names))


def _used(subject: Subject) -> Iterator[str]:
    for edge in subject.chart.edges:
        yield from (act.name for act in edge.acts if act.kind == "say")
    for node in subject.chart.nodes.values():
        yield from (act.name for act in node.acts if act.kind == "say")
        yield from _asked(node)


def _asked(node: Node) -> Iterator[str]:
    ask = node.state.ask
    if ask is not None:
        yield ask.text
        yield from (key for _, _, key in ask.options)
        yield from (key for key in (ask.between, ask.again) if key is not None)

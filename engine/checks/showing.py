"""Questions and texts that a channel cannot show as they are written, in any language."""

from __future__ import annotations

from engine import limits
from engine.asking import Ask
from engine.checks.lengths import length
from engine.checks.limits import Channel
from engine.checks.subject import Subject
from engine.scope import Scope


def check(subject: Subject) -> None:
    scope = subject.scope
    for key, forms in subject.definition.texts.items():
        for language, template in forms.items():
            _too_long(subject, ["texts", key, language], length(template, scope))
    for name, node in subject.chart.nodes.items():
        if node.state.ask is not None:
            for channel in subject.limits.channels:
                _question(subject, scope, channel, name, node.state.ask)


def _too_long(subject: Subject, path: list[str | int], longest: int) -> None:
    if longest > limits.TEXT_LENGTH:
        reason = (
            f"With what is put in, this may come out {longest:,} characters long; {limits.TEXT_LENGTH:,} are the most."
        )
        subject.report("text-over-limit", path, reason, "Say less, or say it in two texts.", key=True)
        return
    for channel in subject.limits.channels:
        if longest > channel.text:
            reason = f"This may come out {longest:,} characters long; {channel.name} shows {channel.text:,} at once."
            subject.report("text-over-limit", path, reason, "Say less, or say it in two texts.", key=True)


def _question(subject: Subject, scope: Scope, channel: Channel, name: str, ask: Ask) -> None:
    path: list[str | int] = ["states", name, "ask"]
    count = len(ask.options)
    if count > channel.rows:
        reason = f"{count} choices; {channel.name} lists {channel.rows} at once, and the rest behind another tap."
        subject.report("too-many-choices", [*path, "choices"], reason, "Ask in two steps.", key=True)
        return
    if ask.options:
        _labels(subject, scope, channel, path, ask)
    room = channel.button_text if 0 < count <= channel.buttons else channel.list_text
    if ask.choices is None:
        return
    for language, template in subject.definition.texts[ask.text].items():
        longest = length(template, scope)
        if longest > room:
            what = "buttons" if count and count <= channel.buttons else "a list"
            reason = (
                f'"{ask.text}" may be {longest:,} characters long in {language}; '
                f"{channel.name} takes {room:,} above {what}."
            )
            subject.report("question-too-long", [*path, "text"], reason, "Say the rest in a text of its own.")


def _labels(subject: Subject, scope: Scope, channel: Channel, path: list[str | int], ask: Ask) -> None:
    """Two or three choices are meant as buttons; more as a list."""
    buttons = len(ask.options) <= channel.buttons
    room, what = (channel.button_label, "a button") if buttons else (channel.row_label, "a list's row")
    for language in subject.definition.languages:
        said: dict[str, str] = {}
        for index, (id, _, key) in enumerate(ask.options):
            template = subject.definition.texts[key].get(language)
            if template is None:
                continue
            at = [*path, "choices", index, "text"]
            longest = length(template, scope)
            if longest > room:
                reason = (
                    f'"{key}" may be {longest} characters long in {language}; {channel.name} shows {room} on {what}.'
                )
                subject.report("label-too-long", at, reason, "Shorten it.")
            words = template.source.strip().casefold()
            if words in said:
                reason = f'"{id}" and "{said[words]}" look alike in {language}: {template.source.strip()}.'
                subject.report("labels-alike", at, reason, "Word one of them differently.")
            said.setdefault(words, id)

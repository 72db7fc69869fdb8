"""Compiles one flow or lifecycle: its references checked, its rules made transitions of one machine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from engine import types
from engine.acts import Act
from engine.checking import Checker, Watching
from engine.definition import NEXT, NONE, START, UNCLEAR, Again, Call, Definition, Moment, Rule, State
from engine.document import At
from engine.effects import Effects
from engine.findings import Finding, did_you_mean
from engine.outline import Around, Outline, delay, dotted
from engine.promising import Promises
from engine.questions import Questions
from engine.scope import Anything, Expression, Scope
from engine.texts import Template
from engine.types import Shape

_OWN_EVENTS = ("answer", "unclear", "heard", "after", "start")


class Compiler:
    """One document at work. `definition` is of use only if nothing was found."""

    def __init__(self, outlined: Outline, around: Around, found: list[Finding], definition: Definition) -> None:
        self.document = outlined.document
        self.content = self.document.content
        self.around = around
        self.definition = definition
        self.shapes = outlined.shapes
        self.check = Watching(self.document, around.types, found)
        self.names: dict[str, Any] = self.content["states"]
        self.texts = self._texts()
        self.effects = Effects(self.check, around.registry, around.tables, self.shapes, self.texts)
        self.effects.flows = frozenset(around.outlines)
        self.base = Scope(types=around.types, names=self.shapes, ambients=around.ambients, states=frozenset(self.names))
        self.questions = Questions(self.effects, around, self.base, self.names)
        self._transitions: list[tuple[str, str, Rule]] = []  # trigger, source, rule

    def compile(self) -> None:
        definition, content = self.definition, self.content
        definition.shapes = self.shapes
        definition.texts = self.texts
        for key, forms in self.texts.items():
            for language, template in forms.items():
                self.check.text(template, self.base, ["texts", key, language], event=False)
        definition.defaults = self._defaults()
        self.check.reference("state", content["start"], self.names, ["start"])
        self._transitions.append((START, START, Rule("start", None, (), content["start"], ("start",))))
        definition.hears = tuple(self._anywhere())
        self._migrate()
        for name, written in self.names.items():
            definition.states[name] = self._state(name, written or {}, ["states", name])
        promises = Promises(
            Checker(self.document, self.around.types, self.check.found), self.around, self.base, self.names, self.texts
        )
        definition.promised = promises.compile(content.get("promises"))
        zoned = "business" in self.around.ambients and (
            self._prints() or any(s.ask for s in definition.states.values())
        )
        definition.ambients = frozenset({*self.check.ambients, *(["business"] if zoned else [])})
        definition.tables = dict(self.effects.used_tables)
        if all(rule.to is None or rule.to in self.names for _, _, rule in self._transitions):
            definition.rules = tuple(self._transitions)

    def _prints(self) -> bool:
        return any(not template.constant for forms in self.texts.values() for template in forms.values())

    def _texts(self) -> dict[str, dict[str, Template]]:
        languages = tuple(self.content.get("languages") or ("en",))
        self.definition.languages = languages
        texts: dict[str, dict[str, Template]] = {}
        for key, forms in (self.content.get("texts") or {}).items():
            path = ["texts", key]
            for language in languages:
                if language not in forms:
                    self.check.report("missing-translation", path, f'"{key}" is not written in {language}.', key=True)
            texts[key] = {}
            for language, source in forms.items():
                if language not in languages:
                    hint = did_you_mean(language, languages)
                    self.check.report(
                        "unknown-language", [*path, language], f'"{language}" is not spoken here.', hint, key=True
                    )
                template = self.check.template(source, [*path, language])
                if template is not None:
                    texts[key][language] = template
                    self.check.ambients |= {part[0] for part in template.paths if part[0] in self.around.ambients}
        return texts

    def _defaults(self) -> dict[str, Any]:
        defaults: dict[str, Any] = dict.fromkeys(self.shapes)
        for name, written in (self.content.get("data") or {}).items():
            if not isinstance(written, dict) or written.get("default") is None:
                continue
            path, shape, value = ["data", name, "default"], self.shapes[name], written["default"]
            if isinstance(value, str) and shape.base not in ("text", "any"):
                expression = self.check.expression(value, Scope(types=self.around.types, clock=False), path)
                value = expression.read(None)[0] if expression is not None else None
            if not types.is_a(value, shape):
                self.check.report("types-differ", path, f'"{name}" is {shape.name}; this is not.')
            defaults[name] = value
        return defaults

    def _migrate(self) -> None:
        """What the states and data of the version before are called now must be here, each for one of them."""
        written, taken = self.content.get("migrate") or {}, set()
        for old, new in (written.get("states") or {}).items():
            self.check.reference("state", new, self.names, ["migrate", "states", old])
        for old, new in (written.get("data") or {}).items():
            path = ["migrate", "data", old]
            if new is None or not self.check.reference("data", new, self.shapes, path):
                continue
            if new in taken:
                self.check.report("mapped-twice", path, f'Two names of the version before become "{new}".')
            taken.add(new)
        keys = (("migrate", "migrate"), ("drain_within", "drain"))
        for key, policy in keys:
            if key in self.content and self.content.get("on_publish") != policy:
                reason = f"`{key}` has no effect without `on_publish: {policy}`."
                self.check.report("no-effect", [key], reason, key=True)

    def _state(self, name: str, written: Mapping[str, Any], path: At) -> State:
        state = State(name, self.effects.compile(written, self.base, path))
        state.final = bool(written.get("final"))
        answer: dict[str, Shape] = {}
        if "ask" in written:
            state.ask, answer = self.questions.compile(written["ask"], [*path, "ask"])
            if "none" in written["ask"]:
                at = (*path, "ask", "none")
                rule = Rule(dotted(at), None, (), written["ask"]["none"], at)
                self._transitions.append((NONE, name, rule))
        if "call" in written:
            state.call = self._call(written["call"], [*path, "call"])
            self._call_handled(written, path)
        if "next" in written:
            state.next = True
            self._rules(written["next"], NEXT, name, self.base, [*path, "next"])
        for event, rules in (written.get("on") or {}).items():
            scope = self._heard_scope(event, answer, [*path, "on", event])
            self._rules(rules, event, name, scope, [*path, "on", event])
        for after, rules in (written.get("after") or {}).items():
            self._rules(rules, f"after:{after}", name, self.base, [*path, "after", after])
            state.delays = (*state.delays, (f"after:{after}", delay(after)))
        state.moments = tuple(self._moments(written, name, path))
        self._unclear(written, state, path)
        self._sense(written, name, path)
        return state

    def _sense(self, written: Mapping[str, Any], name: str, path: At) -> None:
        """What may each be said, but not together."""
        if written.get("final"):
            for key in ("ask", "on", "next", "after", "at", "call", "unclear"):
                if key in written:
                    self.check.report(
                        "final-goes-on", [*path, key], f'"{name}" is final; `{key}` has no effect.', key=True
                    )
        if "call" in written:
            for key in ("ask", "next"):
                if key in written:
                    self.check.report("call-and", [*path, key], f"A state that calls a flow has no `{key}`.", key=True)
        if "ask" in written and "answer" not in (written.get("on") or {}):
            events = {rule.get("on") for rule in self.content.get("anywhere") or []}
            if "answer" not in events:
                self.check.report(
                    "answer-unheard",
                    [*path, "ask"],
                    "Nothing is done with the answer.",
                    "Add `on: {answer: …}`.",
                    key=True,
                )

    def _rules(self, written: Any, trigger: str, state: str, scope: Scope, path: At) -> None:
        items = written if isinstance(written, list) else [written]
        for index, item in enumerate(items):
            at = [*path, index] if isinstance(written, list) else list(path)
            where = dotted(path) + (f"[{index}]" if isinstance(written, list) else "")
            block = {"to": item} if isinstance(item, str) else item
            to_at = at if isinstance(item, str) else [*at, "to"]
            self._transitions.append((trigger, state, self._rule(block, scope, at, where, to_at)))

    def _rule(self, block: Mapping[str, Any], scope: Scope, at: At, where: str, to_at: At) -> Rule:
        guard = self.check.guard(block["when"], scope, [*at, "when"]) if "when" in block else None
        acts = self.effects.compile(block, scope, at)
        to = block.get("to")
        if to is not None:
            self.check.reference("state", to, self.names, to_at)
        return Rule(where, guard, acts, to, tuple(at))

    def _heard_scope(self, event: str, answer: Mapping[str, Shape], path: At) -> Scope:
        fields = self._fields(event, answer, path)
        return msgspec.structs.replace(self.base, event=fields)

    def _fields(self, event: str, answer: Mapping[str, Shape], path: At) -> Mapping[str, Shape]:
        if event == "answer":
            return answer
        known = self.around.registry.events.get(event)
        if known is not None:
            return {name: self.check.shape(written, path) for name, written in known.fields.items()}
        if event in self.around.told:
            return self.around.told[event]
        flow, _, final = event.rpartition(".")
        if flow in self.around.outlines:
            other = self.around.outlines[flow]
            if self.check.reference("final state", final, other.finals, path, key=True):
                return other.shapes
            return Anything()
        if event in _OWN_EVENTS:
            instead = {"unclear": "unclear:", "after": "after:", "heard": "anywhere:"}.get(event, "start:")
            self.check.report("own-event", path, f'"{event}" is handled by `{instead}`, not by `on:`.', key=True)
            return Anything()
        known_events = [*self.around.registry.events, *self.around.told, "answer"]
        self.check.reference("event", event, known_events, path, key=True)
        return Anything()

    def _anywhere(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for index, block in enumerate(self.content.get("anywhere") or []):
            path: At = ["anywhere", index]
            key = f"anywhere[{index}]"
            if ("hear" in block) == ("on" in block):
                self.check.report("hear-or-on", path, "An interrupt has either `hear` or `on`.")
                continue
            if "hear" in block:
                trigger, fields = f"heard {key}", dict.fromkeys(("text", "phrase", "key"), types.TEXT)
                yield key, tuple(block["hear"])
            else:
                trigger = block["on"]
                answer = {"value": types.ANY, "how": types.TEXT, "text": types.TEXT, "choice": types.TEXT}
                fields = dict(self._fields(trigger, answer, [*path, "on"]))
            scope = msgspec.structs.replace(self.base, event=fields)
            rule = self._rule(block, scope, path, key, [*path, "to"])
            for name, state in self.names.items():
                if not (state or {}).get("final"):
                    self._transitions.append((trigger, name, rule))

    def _unclear(self, written: Mapping[str, Any], state: State, path: At) -> None:
        block = written.get("unclear")
        if block is None:
            if state.ask is not None:
                at = (*path, "ask")
                self._transitions.append((UNCLEAR, state.name, Again(dotted(at), (), state.name, None, at)))
            return
        path = [*path, "unclear"]
        scope = msgspec.structs.replace(self.base, event=dict.fromkeys(("text", "candidates"), types.ANY))
        says = self.effects.compile({"say": block["say"]} if "say" in block else {}, scope, path)
        if "between" in block and self.effects.text(block["between"], self.base, [*path, "between"]) and state.ask:
            state.ask.between = block["between"]
            says = tuple(_unless_between(say) for say in says)
        if "ask" in block and self.effects.text(block["ask"], self.base, [*path, "ask"]):
            if state.ask is None:
                reason = f'"{state.name}" asks nothing, so there is nothing to ask again.'
                self.check.report("nothing-asked", [*path, "ask"], reason, "Use `say`.", key=True)
            else:
                state.ask.again = block["ask"]
        again = Again(dotted(path), says, state.name, block.get("tries"), tuple(path))
        self._transitions.append((UNCLEAR, state.name, again))
        if "then" in block:
            self.check.reference("state", block["then"], self.names, [*path, "then"])
            then = (*path, "then")
            self._transitions.append((UNCLEAR, state.name, Rule(dotted(then), None, (), block["then"], then)))

    def _moments(self, written: Mapping[str, Any], state: str, path: At) -> Iterator[Moment]:
        for index, block in enumerate(written.get("at") or []):
            at = [*path, "at", index]
            rule = self._rule(block, self.base, at, dotted([*path, "at"]) + f"[{index}]", [*at, "to"])
            self._transitions.append((f"at:{index}", state, rule))
            time = self.check.value(block["time"], types.DATETIME, self.base, [*at, "time"])
            if time is not None:
                yield Moment(f"at:{index}", time, block.get("past", "skip"))

    def _call(self, written: Mapping[str, Any], path: At) -> Call | None:
        name = written["flow"]
        if not self.check.reference("flow", name, self.around.outlines, [*path, "flow"]):
            return None
        other, given = self.around.outlines[name], written.get("with") or {}
        args: list[tuple[str, Expression]] = []
        for arg, value in given.items():
            at = [*path, "with", arg]
            if self.check.reference("argument", arg, other.takes, at, key=True):
                expression = self.check.value(value, other.shapes[arg], self.base, at)
                if expression is not None:
                    args.append((arg, expression))
        for arg, optional in other.takes.items():
            if arg not in given and not optional:
                self.check.report("missing-argument", path, f'{name} takes "{arg}".', key=True)
        save = written.get("save")
        if save is not None:
            self.check.reference("data", save, self.shapes, [*path, "save"])
        callee = self.definition.callees.get(name)
        return Call(callee, tuple(args), save) if callee is not None else None

    def _call_handled(self, written: Mapping[str, Any], path: At) -> None:
        name = written["call"]["flow"]
        handled: Collection[str] = {
            *(written.get("on") or {}),
            *(r.get("on") for r in self.content.get("anywhere") or []),
        }
        for final in self.around.outlines[name].finals if name in self.around.outlines else ():
            if f"{name}.{final}" not in handled:
                reason = f'{name} may end in "{final}", and nothing is done then.'
                self.check.report("end-unheard", [*path, "call"], reason, f"Add `on: {{{name}.{final}: …}}`.", key=True)


def _unless_between(say: Act) -> Act:
    """When the person is asked between a few choices, that question says it all."""

    def effect(run: Any) -> None:
        if not run.candidates:
            say.carry(run)

    return msgspec.structs.replace(say, carry=effect)

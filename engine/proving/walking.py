"""One event digested in every way that it may be: the steps of `engine.stepping`, over what is known instead of values.

The same walk serves twice. In the search it starts from a `Place` and follows every way that was not shown to be
impossible. In the retracing of one way it keeps every value as a term from the first event to the last.
"""

from __future__ import annotations

from engine import limits
from engine.asking import Ask
from engine.chart import Edge, Node
from engine.definition import NEXT, NONE, UNCLEAR, Again
from engine.promises import Happening, Promise
from engine.proving.acting import Acting
from engine.proving.reading import Answer
from engine.proving.subject import Subject
from engine.proving.worlds import Happened, Standing, World

Fired = tuple[World, Edge]
WIDEST = 4_000  # transitions looked at for one event in one place


class TooWide(Exception):
    """One event may go more ways than are looked at."""


class Walk(Acting):
    """Digests events. Every open question is noted in the world, so that a way can be told and walked again."""

    def __init__(self, subject: Subject, promise: Promise, *, causal: bool = False, coarse: bool = False) -> None:
        super().__init__(subject, promise, causal=causal, coarse=coarse)
        self.width = 0

    def begin(self, world: World) -> list[World]:
        """Into the first state of the definition, with its data in place."""
        return self._enter(world, self.subject.root.chart.start)

    def take(self, world: World, event: Happened) -> list[World]:
        """The worlds after the event. Those that took no notice of it are left out. Raises TooWide."""
        self.width = 0
        world.moment = event
        world.event = Answer(self.event(world), self.subject.fields(event.name))
        level = event.level
        if event.kind == "answer":
            return self._answer(world)
        if event.kind == "unclear":
            return self._unclear(world)
        if event.kind in ("heard", "after", "at"):
            if event.kind != "heard":
                standing = world.stack[level]
                standing.fired = standing.fired | {event.name}
            fired, left = self._try(world, level, event.name)
            kept = left if event.kind != "heard" else []
            return [done for pair in fired for done in self._fire(pair, level)] + kept
        return self._offer(world, event.name)[0]

    def unfired(self, world: World, event: Happened) -> tuple[list[World], list[World]]:
        """The ways in which a word or a timer of one level is taken, and those in which it is not."""
        world.event = Answer(self.event(world), {})
        fired, left = self._try(world, event.level, event.name)
        return [each for each, _ in fired], left

    def _offer(self, world: World, name: str) -> tuple[list[World], list[World]]:
        """To the innermost flow, then to its callers. What came of it, and the worlds where nobody took it."""
        done: list[World] = []
        left = [world]
        for level in range(len(world.stack) - 1, -1, -1):
            remaining: list[World] = []
            for each in left:
                fired, unfired = self._try(each, level, name)
                for pair in fired:
                    for heard in self.happen(pair[0], Happening("hears", name)):
                        done += self._fire((heard, pair[1]), level)
                remaining += unfired
            left = remaining
        return done, left

    def _try(self, world: World, level: int, trigger: str) -> tuple[list[Fired], list[World]]:
        """Which rule holds first, in each way that it may be; and the ways in which none does."""
        fired: list[Fired] = []
        pending = [world]
        for edge in self._node(world.stack[level]).on(trigger):
            undecided: list[World] = []
            for each in pending:
                if isinstance(edge.rule, Again):
                    again = each.stack[level].tries.get(edge.rule.key, 0) + 1
                    if self.coarse and edge.rule.tries is not None:
                        fired.append((each.fork(), edge))
                        undecided.append(each)
                    elif edge.rule.tries is None or again <= edge.rule.tries:
                        fired.append((each, edge))
                    else:
                        undecided.append(each)
                elif edge.guard is None:
                    fired.append((each, edge))
                else:
                    where = ("guard", each.stack[level].plan.name, edge.rule.path, edge.source)
                    yes, no = self.both(each, level, edge.guard, where)
                    fired += [(yes, edge)] if yes is not None else []
                    undecided += [no] if no is not None else []
            pending = undecided
        return fired, pending

    @staticmethod
    def _node(standing: Standing) -> Node:
        return standing.plan.chart.nodes[standing.state]

    def _fire(self, fired: Fired, level: int) -> list[World]:
        world, edge = fired
        if not self._goes_on(world):
            return []
        if edge.target is not None and level < len(world.stack) - 1:
            world.stack = world.stack[: level + 1]
        again = isinstance(edge.rule, Again)
        if isinstance(edge.rule, Again) and edge.rule.tries is not None:
            standing = world.stack[level]
            standing.tries[edge.rule.key] = standing.tries.get(edge.rule.key, 0) + 1
        made: list[World] = []
        for each in self.act(world, level, edge.acts):
            if edge.target is not None:
                made += self._enter(each, edge.target)
            elif again:
                made += self._ask(each, again=True)
            else:
                made.append(each)
        return made

    def _goes_on(self, world: World) -> bool:
        """One transition more: the engine refuses an event that sets off too many. Raises TooWide."""
        world.micro += 1
        self.width += 1
        if self.width > WIDEST:
            raise TooWide(f"one event in {world.inner.state} may go more than {WIDEST} ways")
        return world.micro <= limits.MICROSTEPS

    def _enter(self, world: World, state: str) -> list[World]:
        standing = world.inner
        standing.tries.pop(f"unclear:{standing.state}", None)
        standing.state = state
        standing.fired = frozenset()
        standing.timers = {}
        world.asked = ""
        world.put = None
        world.visits += 1
        standing.visit = world.visits
        self.count(standing, state)
        level = len(world.stack) - 1
        name = state if level == 0 else f"{standing.plan.name}.{state}"
        node = self._node(standing)
        made: list[World] = []
        for entered in self.happen(world, Happening("enters", name)):
            for each in self.act(entered, level, node.acts):
                armed = self.arm(each, node)
                made += self._settle(armed, node) if armed is not None else []
        return made

    def _settle(self, world: World, node: Node) -> list[World]:
        state = node.state
        if state.call is not None:
            return self._call(world, node)
        if state.final:
            if len(world.stack) == 1:
                world.done = True
                return [world]
            return self._return(world, state.name)
        if not state.next:
            return self._ask(world)
        world.event = None
        fired, left = self._try(world, len(world.stack) - 1, NEXT)
        made: list[World] = []
        for each, edge in fired:
            if edge.target is not None:
                made += self._fire((each, edge), len(each.stack) - 1)
            else:
                for acted in self.act(each, len(each.stack) - 1, edge.acts):
                    made += self._ask(acted)
        for each in left:
            made += self._ask(each)
        return made

    def _call(self, world: World, node: Node) -> list[World]:
        call = node.state.call
        assert call is not None
        if not self._goes_on(world):
            return []
        level = len(world.stack) - 1
        plan = self.subject.plans[call.definition.hash]
        inner = self.standing(plan, level + 1, plan.chart.start)
        for name, expression in call.args:
            term = self.read(world, level, expression)
            inner.env[name] = term
            if not self.fits(world, term):
                return []
        world.stack.append(inner)
        world.event = None
        return self._enter(world, plan.chart.start)

    def _return(self, world: World, final: str) -> list[World]:
        """A called flow has ended: its caller hears of it, with what it remembered."""
        inner = world.stack.pop()
        level = len(world.stack) - 1
        world.asked, world.put = "", None
        world.event = inner
        call = self._node(world.inner).state.call
        if call is not None and call.save is not None:
            self.keep(world, level, call.save, self.all_of(inner))
        fired, left = self._try(world, level, f"{inner.plan.name}.{final}")
        return [done for pair in fired for done in self._fire(pair, level)] + left

    def _ask(self, world: World, *, again: bool = False) -> list[World]:
        node = self._node(world.inner)
        ask = node.state.ask
        if ask is None:
            return [world]
        made: list[World] = []
        ways = ["asked"] if ask.options or not ask.source else ["asked", "nothing"]
        for way in ways:
            each = self.noted(world.fork(), ("put", node.name, way))
            if each is None:
                continue
            if way == "nothing" and ask.none:
                self.offered(each, ask, [])
                fired, left = self._try(each, len(each.stack) - 1, NONE)
                made += [done for pair in fired for done in self._fire(pair, len(each.stack) - 1)] + left
                continue
            each.asked = "bare" if way == "nothing" else "asked"
            self.offered(each, ask, None if way == "asked" else [])
            text = (ask.again or ask.text) if again else ask.text
            made += self.happen(each, Happening("says", text))
        return made

    def _answer(self, world: World) -> list[World]:
        """Each thing that may be picked, and what may be typed; what no rule takes was not understood."""
        level = len(world.stack) - 1
        ask = self._node(world.inner).state.ask
        if ask is None or not world.asked:
            return []
        made: list[World] = []
        for way in _ways(ask, world.asked):
            each = self.noted(world.fork(), ("pick", way))
            if each is None:
                continue
            value = self.picked(each, ask, way)
            if value is None:
                continue
            each.event = self.answer(each, way, value)
            before = each.fork()
            if ask.save is not None:
                self.keep(each, level, ask.save, value)
            done, left = self._offer(each, "answer")
            made += done
            for unheard in left:
                unheard.stack[level].env = dict(before.stack[level].env)
                unheard.stack[level].over = dict(before.stack[level].over)
                made += self._unclear(unheard)
        return made

    def _unclear(self, world: World) -> list[World]:
        level = len(world.stack) - 1
        fired, _ = self._try(world, level, UNCLEAR)
        return [done for pair in fired for done in self._fire(pair, level)]


def _ways(ask: Ask, asked: str) -> list[str]:
    ways = [id for id, _, _ in ask.options]
    if ask.source and asked == "asked":
        ways.append("(item)")
    if ask.type != "choice" or asked == "bare" or (not ask.options and not ask.source):
        ways.append("(typed)")
    return ways

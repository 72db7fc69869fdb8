"""The loop with the real engine and the real understanding: a flow from YAML, its sub-flow, timers and replay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.registry import Ambient, Arg, Record, Registry, Verb, Vocabulary
from runtime.floor import wire_id
from runtime.inbox import Inbound
from runtime.loop import Runtime, Wiring
from runtime.reading import Chosen
from runtime.release import Published
from runtime.replay import Replay
from runtime.routing import Routed
from runtime.verbs import Acted, Bound, Changed, Context, Event, Handlers, Start
from runtime.verify import verify
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Insert
from storage.vault import Vault

ORG, WHO, ID = "salon", "asha", "order:asha"
VOCABULARY = Vocabulary(
    verbs=(
        Verb(name="menu.today", sort="question", doc="What there is.", returns="list of dish"),
        Verb(
            name="menu.take", sort="change", doc="Take one.", args={"dish": Arg(type="dish")},
            answers={"menu.taken": {}, "menu.gone": {}},
        ),
    ),
    records=(Record(name="dish", fields={"id": "text", "name": "text"}), Record(name="guest", fields={"name": "text"})),
    ambients=(Ambient(name="guest", type="guest"),),
)  # fmt: skip

ORDER = """\
flow: order
version: 1
title: Order a dish
languages: [en]
data:
  dish: {type: dish}
  sure: {type: yes_no}
texts:
  which: {en: "What would you like, {{ guest.name }}?"}
  sure: {en: "{{ dish.name }}, is that right?"}
  hello_again: {en: "Are you still there?"}
  what: {en: "Sorry, I did not understand."}
  enjoy: {en: "Enjoy your {{ dish.name }}!"}
  gone: {en: "That is gone."}
start: choosing
states:
  choosing:
    ask: {text: which, choices: {from: menu.today}, save: dish}
    on: {answer: checking}
    unclear: {say: what, tries: 2, then: leaving}
    after: {2h: {say: hello_again}}
  checking:
    ask: {text: sure, type: yes_no, save: sure}
    on:
      answer:
        - {when: sure, to: taking}
        - {to: choosing}
  taking:
    do: {menu.take: {dish: dish}}
    on: {menu.taken: enjoying, menu.gone: {say: gone, to: choosing}}
  enjoying: {say: enjoy, final: true}
  leaving: {final: true}
"""


class _Door:
    async def route(self, inbound: Inbound, store: Any, vault: Any, now: Any) -> Routed:
        return Routed(contact=WHO, channel="chat", start=Start(definition="order", machine=ID))


def compiled(sources: Mapping[str, str]) -> engine.Release:
    documents = [engine.load(text, file) for file, text in sources.items()]
    return engine.compile_release(documents, Registry([VOCABULARY]))


class Kitchen:
    def __init__(self, store: SqliteStore) -> None:
        self.store, self.sent, self.number = store, [], 0
        self.published = Published(store, compiled)
        self.gone = False
        self.dishes = ["Pilau", "Ugali"]

    async def open(self) -> Runtime:
        async def send(ctx: Context, args: dict[str, Any]) -> Acted:
            self.sent.append(args)
            return Acted()

        async def today(ctx: Context, args: dict[str, Any]) -> Any:
            return [{"id": dish.lower().replace(" ", "-"), "name": dish} for dish in self.dishes]

        async def take(ctx: Context, args: dict[str, Any]) -> Changed:
            return Changed(event=Event(name="menu.gone" if self.gone else "menu.taken"))

        async def guest(ctx: Context, args: dict[str, Any]) -> Any:
            return {"name": ctx.contact.title()}

        handlers = [
            Bound("channels.send", send),
            Bound("menu.today", today),
            Bound("menu.take", take),
            Bound("guest", guest),
        ]
        await self.published.publish({"order.yaml": ORDER})
        self.runtime = Runtime(
            Wiring(
                store=self.store,
                vault=Vault(self.store, [b"k" * 32]),
                releases=self.published,
                handlers=Handlers(handlers),
                router=_Door(),
                registry=Registry([VOCABULARY]),
            )
        )
        await self.runtime.start()
        return self.runtime

    async def says(self, text: str, choice: str = "") -> str:
        """What the person is answered."""
        self.number += 1
        before = len(self.sent)
        data = {"text": text, "kind": "text", **({"choice_id": choice} if choice else {})}
        event = Event(name="message", data=data)
        await self.runtime.receive(
            [Inbound(org=ORG, source="chat", id=str(self.number), lane="chat:asha", event=event, sender={"name": WHO})]
        )
        await self.runtime.idle()
        return " | ".join(args["text"] for args in self.sent[before:])


@pytest.fixture
async def kitchen(tmp_path: Path) -> AsyncIterator[Kitchen]:
    store = await open_sqlite(tmp_path / "kitchen.db")
    await store.commit([Insert("orgs", {"_id": ORG, "zone": "Africa/Nairobi", "languages": ["en"]})])
    kitchen = Kitchen(store)
    await kitchen.open()
    yield kitchen
    await kitchen.runtime.close()
    assert (await verify(store, ORG)).flaws == ()
    replay = Replay(store, Vault(store, [b"k" * 32]), Published(store, compiled), engine)
    replayed = {done.machine: done async for done in replay.run(ORG, Chosen())}
    assert replayed[ID].entries > 1
    assert [done.flaws for done in replayed.values() if done.flaws] == []
    await store.close()


async def test_a_flow_from_yaml_talks_to_its_end(kitchen: Kitchen) -> None:
    assert await kitchen.says("hi") == "What would you like, Asha?"
    assert [choice["label"] for choice in kitchen.sent[-1]["choices"]] == ["Pilau", "Ugali"]
    assert await kitchen.says("the second one") == "Ugali, is that right?"
    assert await kitchen.says("ndio") == "Enjoy your Ugali!"
    conversation = await kitchen.store.get("conversations", f"{WHO}/chat")
    assert conversation is not None
    assert conversation["floor"] == []


async def test_a_tap_is_the_choice_that_it_shows(kitchen: Kitchen) -> None:
    await kitchen.says("hi")
    choice = kitchen.sent[-1]["choices"][0]
    assert choice["id"].startswith(wire_id(ID, 1, "")[:10])
    assert await kitchen.says("Pilau", choice["id"]) == "Pilau, is that right?"
    assert await kitchen.says("Pilau", choice["id"]) == "Pilau, is that right?"  # the old list once more: asked again
    assert await kitchen.says("Pilau", choice["id"]) == ""


MENU = [*(f"{dish} {side}" for dish in ("Beef", "Chicken", "Fish", "Goat", "Bean")
          for side in ("pilau", "stew", "curry", "fry", "soup"))]  # fmt: skip


async def test_twenty_five_choices_come_in_pages_and_each_can_be_tapped_or_typed(kitchen: Kitchen) -> None:
    kitchen.dishes = MENU
    await kitchen.says("hi")
    asked = kitchen.sent[-1]
    assert (len(asked["choices"]), asked.get("page", 0)) == (25, 0)
    assert await kitchen.says("More…", asked["more"] + "2") == "What would you like, Asha?"
    assert (kitchen.sent[-1]["page"], kitchen.sent[-1]["choices"]) == (2, asked["choices"])
    assert await kitchen.says("goat soup") == "Goat soup, is that right?"
    assert await kitchen.says("no") == "What would you like, Asha?"
    again = kitchen.sent[-1]
    assert await kitchen.says("More…", again["more"] + "1") == "What would you like, Asha?"
    assert await kitchen.says("Beef stew", again["choices"][1]["id"]) == "Beef stew, is that right?"


async def test_more_of_a_question_that_is_over_brings_the_one_that_stands(kitchen: Kitchen) -> None:
    kitchen.dishes = MENU
    await kitchen.says("hi")
    asked = kitchen.sent[-1]
    await kitchen.says("fish curry")
    assert await kitchen.says("More…", asked["more"] + "1") == "Fish curry, is that right?"
    assert await kitchen.says("More…", asked["more"] + "1") == ""


async def test_few_choices_have_no_more(kitchen: Kitchen) -> None:
    kitchen.dishes = MENU[:10]
    await kitchen.says("hi")
    assert "more" not in kitchen.sent[-1]
    assert await kitchen.says("the last one") == "Chicken soup, is that right?"


async def test_a_choice_that_looks_like_a_page_is_still_a_choice(kitchen: Kitchen) -> None:
    kitchen.dishes = [*MENU, "more:1"]
    await kitchen.says("hi")
    asked = kitchen.sent[-1]
    assert await kitchen.says("more:1", asked["more"] + "1") == "more:1, is that right?"


async def test_what_is_not_understood_is_asked_again_as_one_message(kitchen: Kitchen) -> None:
    await kitchen.says("hi")
    answer = await kitchen.says("qwertyuiop")
    assert answer == "Sorry, I did not understand.\n\nWhat would you like, Asha?"


async def test_an_answer_of_a_change_comes_back_as_an_event(kitchen: Kitchen) -> None:
    kitchen.gone = True
    await kitchen.says("hi")
    await kitchen.says("pilau")
    assert await kitchen.says("yes") == "That is gone.\n\nWhat would you like, Asha?" or kitchen.sent[-1]["choices"]


async def test_a_timer_of_the_flow_speaks_when_it_is_due(kitchen: Kitchen) -> None:
    await kitchen.says("hi")
    await kitchen.runtime.skip(timedelta(hours=3))
    assert kitchen.sent[-1]["text"] == "Are you still there?"
    assert kitchen.sent[-1]["category"] == "utility"


async def test_a_machine_keeps_its_version_when_a_newer_one_is_published_and_after_a_restart(kitchen: Kitchen) -> None:
    await kitchen.says("hi")
    newer = ORDER.replace("version: 1", "version: 2").replace("is that right?", "shall I bring it?")
    await kitchen.published.publish({"order.yaml": newer})
    assert await kitchen.says("pilau") == "Pilau, is that right?"
    await kitchen.runtime.close()
    kitchen.published = Published(kitchen.store, compiled)
    global_order = await kitchen.store.count("definitions", {"org": "aais"})
    await kitchen.open()
    assert global_order == 4
    assert await kitchen.says("yes") == "Enjoy your Pilau!"

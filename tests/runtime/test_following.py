"""What follows from a step: in the order in which it followed, and nothing for what is there already."""

from __future__ import annotations

from typing import Any

from engine.model import Event
from runtime.verbs import Bound, Changed, Context, Post, Start
from tests.runtime.house import ORG, House

TELLS = {"thing:a": ("thing:b", "thing:c"), "thing:b": ("thing:d",)}


async def test_what_follows_is_worked_in_the_order_in_which_it_followed(house: House) -> None:
    """As a crash would find it again: by its place in the inbox, and not one branch to its end before the next."""
    worked: list[str] = []

    async def hold(ctx: Context, args: dict[str, Any]) -> Changed:
        worked.append(ctx.machine.machine)
        told = TELLS.get(ctx.machine.machine, ())
        return Changed(posts=tuple(Post(machine=id, event=Event(name="hold", data={"unit": id})) for id in told))

    house.bound = [Bound("toy.hold", hold)]
    runtime = house.runtime()
    await runtime.start()
    await house.begin(runtime, *(Start(definition="thing", machine=f"thing:{n}", contact="asha") for n in "abcd"))
    await runtime.receive([house.event("thing:a", "hold", unit="x")])
    await runtime.idle()
    assert worked == ["thing:a", "thing:b", "thing:c", "thing:d"]
    await runtime.close()


async def test_a_machine_that_is_running_is_not_started_again(house: House) -> None:
    async def hold(ctx: Context, args: dict[str, Any]) -> Changed:
        return Changed(starts=(Start(definition="thing", machine="thing:lead", contact="asha"),))

    house.bound = [Bound("toy.hold", hold)]
    runtime = house.runtime()
    await runtime.start()
    await house.begin(runtime, Start(definition="thing", machine="thing:a", contact="asha"))
    for _ in range(3):
        await runtime.receive([house.event("thing:a", "hold", unit="x")])
        await runtime.idle()
    rows = await house.store.find("inbox", {"org": ORG, "to": "thing:lead"})
    assert [row["kind"] for row in rows] == ["start"], "once, and no row for what would be nothing"
    assert (await house.machine("thing:lead"))["seq"] == 1
    assert house.metrics.counts["runtime_starts_taken"] == 2
    await runtime.close()

"""What a rule tells another program: over real HTTP, signed, at least once, for a day, and in nobody's way."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from hooks import deliveries
from hooks.posting import Answer
from hooks.sending import DAY
from insights.trace import opened
from runtime.loop import Options
from storage.sqlite import open_sqlite
from tests.hooks.town import ORG, BadSignature, Receiver, Town, verified


async def test_what_a_lifecycle_tells_arrives_signed_and_its_machine_hears_of_it(
    town: Town, receiver: Receiver, secret: str
) -> None:
    await town.starts("order:1", number=7)
    ((headers, body),) = receiver.got
    message = verified(secret, headers, body, datetime.now(UTC))
    assert Webhook(secret).verify(body, headers) == message
    assert {name: message[name] for name in ("id", "event", "business", "machine")} == {
        "id": headers["webhook-id"], "event": "order.made", "business": ORG, "machine": "order:1",
    }  # fmt: skip
    assert message["at"].endswith("Z")
    assert message["data"] == {
        "number": 7, "paid": {"amount": 150_000, "currency": "KES", "text": "KES 1500.00"},
        "at": message["data"]["at"], "note": None, "days": 172_800.0,
    }  # fmt: skip
    assert headers["Content-Type"] == "application/json"
    assert await town.heard("order:1") == ["start", "hooks.sent"]
    assert await town.state("order:1") == "told"
    done = await town.delivery()
    assert (done.state, done.status, done.attempts, done.endpoint) == ("sent", 200, 1, "sheet")


async def test_whoever_changes_a_byte_or_comes_late_is_found_out(town: Town, receiver: Receiver, secret: str) -> None:
    await town.starts("order:1")
    ((headers, body),) = receiver.got
    now = datetime.now(UTC)
    with pytest.raises(BadSignature):
        verified(secret, headers, body.replace(b"150000", b"950000"), now)
    with pytest.raises(BadSignature):
        verified(secret, headers, body, now + timedelta(minutes=6))
    with pytest.raises(BadSignature):
        verified(await town.desk.renew(ORG, "sheet", ()), headers, body, now)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_a_receiver_that_is_away_gets_the_very_same_message_again(
    town: Town, receiver: Receiver, secret: str, status: int
) -> None:
    receiver.answers = [(status, {}), (status, {}), (202, {})]
    await town.starts("order:1")
    assert (len(receiver.got), await town.state("order:1")) == (1, "telling")
    waiting = await town.delivery()
    assert (waiting.state, waiting.status, waiting.attempts) == ("waiting", status, 1)
    await town.pass_(minutes=5)
    assert [body for _, body in receiver.got] == [receiver.got[0][1]] * 3
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    for headers, body in receiver.got:
        verified(secret, headers, body, datetime.now(UTC))
    assert await town.state("order:1") == "told"


async def test_a_receiver_says_when_it_wants_to_be_asked_again(town: Town, receiver: Receiver, secret: str) -> None:
    receiver.answers = [(429, {"Retry-After": "3600"}), (200, {})]
    await town.starts("order:1")
    await town.pass_(minutes=58)
    assert len(receiver.got) == 1
    await town.pass_(minutes=5)
    assert len(receiver.got) == 2


async def test_waits_grow_and_after_a_day_it_is_given_up_and_a_task_until_something_arrives(
    town: Town, receiver: Receiver, secret: str
) -> None:
    receiver.answers = [(503, {})]
    begun = town.clock.now()
    await town.starts("order:1")
    moments = [town.clock.now() - begun]
    while await town.state("order:1") == "telling" and town.clock.now() - begun < timedelta(days=2):
        seen = len(receiver.got)
        await town.pass_(minutes=5)
        moments += [town.clock.now() - begun] * (len(receiver.got) - seen)
    assert await town.state("order:1") == "untold"
    assert DAY <= town.clock.now() - begun <= DAY + timedelta(minutes=20)
    assert 10 <= len(receiver.got) <= 20
    assert moments[-2] - moments[-4] > moments[6] - moments[4]
    failed = await town.delivery()
    assert (failed.state, failed.code, failed.status) == ("failed", "given_up", 503)
    assert await town.tasks() == [("webhook.failing", "open")]
    receiver.answers = [(200, {})]
    await town.starts("order:2")
    await town.pass_(minutes=10)
    assert await town.tasks() == [("webhook.failing", "done")]


async def test_a_receiver_that_is_gone_is_switched_off_with_a_task_and_asked_no_more(
    town: Town, receiver: Receiver, secret: str
) -> None:
    receiver.answers = [(410, {})]
    await town.starts("order:1")
    await town.starts("order:2")
    assert len(receiver.got) == 1
    assert [await town.state("order:1"), await town.state("order:2")] == ["untold", "untold"]
    codes = sorted(each.code for each in await deliveries.latest(town.store.org(ORG)))
    assert codes == ["gone", "off"]
    assert await town.tasks() == [("webhook.gone", "open")]
    receiver.answers = [(200, {})]
    await town.desk.switch_on(ORG, "sheet", ())
    await town.starts("order:3")
    assert (await town.state("order:3"), await town.tasks()) == ("told", [("webhook.gone", "done")])


@pytest.mark.parametrize(("status", "code"), [(400, "refused"), (401, "refused"), (404, "refused"), (302, "redirect")])
async def test_a_receiver_that_refuses_is_not_asked_twice_nor_followed(
    town: Town, receiver: Receiver, secret: str, status: int, code: str
) -> None:
    receiver.answers = [(status, {"Location": receiver.url})]
    await town.starts("order:1")
    await town.pass_(hours=2)
    assert (len(receiver.got), await town.state("order:1")) == (1, "untold")
    assert (await town.delivery()).code == code


async def test_a_name_that_nobody_has_fails_with_a_code(town: Town) -> None:
    await town.starts("order:1")
    assert await town.heard("order:1") == ["start", "hooks.failed"]
    assert (await town.delivery()).code == "unknown"


async def test_an_address_that_the_operator_no_longer_allows_is_not_asked(
    town: Town, receiver: Receiver, secret: str
) -> None:
    town.sender._poster.hosts = type(town.desk.hosts)()
    await town.starts("order:1")
    assert (receiver.got, (await town.delivery()).code) == ([], "host")


async def test_more_than_64_kilobytes_are_not_sent(town: Town, receiver: Receiver, secret: str) -> None:
    await town.starts("order:1", note="x" * 70_000)
    assert (receiver.got, (await town.delivery()).code) == ([], "too_large")


async def test_a_renewed_secret_signs_beside_the_one_before_for_a_day(
    town: Town, receiver: Receiver, secret: str
) -> None:
    fresh = await town.desk.renew(ORG, "sheet", ())
    await town.starts("order:1")
    headers, body = receiver.got[-1]
    for each in (secret, fresh):
        verified(each, headers, body, datetime.now(UTC))
    await town.pass_(hours=25)
    await town.starts("order:2")
    headers, body = receiver.got[-1]
    verified(fresh, headers, body, datetime.now(UTC))
    with pytest.raises(BadSignature):
        verified(secret, headers, body, datetime.now(UTC))


async def test_neither_the_secret_nor_what_was_said_of_a_person_stands_in_the_store(
    town: Town, receiver: Receiver, secret: str, tmp_path: Path
) -> None:
    receiver.answers = [(503, {})]
    await town.starts("order:1", contact="asha", note="Asha Mwangi owes nothing")
    assert b"Asha Mwangi" in receiver.got[0][1]
    rows = [
        row for name in ("orgs", "outbox", "inbox", "journal", "machines", "webhook_deliveries", "tasks")
        for row in await town.store.find(name, {}, limit=100, everyone=True)
    ]  # fmt: skip
    said = json.dumps(rows, default=str)
    assert "Mwangi" not in said
    assert secret not in said
    assert secret.removeprefix("whsec_") not in said


async def test_a_server_that_dies_between_sending_and_noting_it_sends_the_same_again(
    town: Town, receiver: Receiver, secret: str
) -> None:
    arrived, never = asyncio.Event(), asyncio.Event()
    post = town.sender._poster.post

    async def hang(*given: object) -> object:
        await post(*given)  # type: ignore[arg-type]
        arrived.set()
        await never.wait()
        raise AssertionError

    town.sender._poster.post = hang  # type: ignore[method-assign, assignment]
    await town.starts("order:1", rest=False)
    await arrived.wait()
    dying = town.runtime
    town.sender._poster.post = post  # type: ignore[method-assign]
    await town.begin()  # the first one hangs for ever, as good as dead
    await town.runtime.idle()
    assert [body for _, body in receiver.got] == [receiver.got[0][1]] * 2
    assert await town.state("order:1") == "told"
    for task in list(dying._workers.aside._tasks):
        task.cancel()
    await dying.close()


async def test_a_dead_receiver_is_asked_now_and_then_however_many_messages_wait_for_it(
    town: Town, receiver: Receiver, secret: str
) -> None:
    receiver.answers = [(503, {})]
    for number in range(60):
        await town.starts(f"order:{number}", rest=number == 59)
    assert len(receiver.got) < 20
    await town.pass_(minutes=30)
    assert len(receiver.got) < 200
    receiver.answers = [(200, {})]
    await town.pass_(minutes=45)
    told = Counter([await town.state(f"order:{number}") for number in range(60)])
    assert told == {"told": 60}


async def test_receivers_that_never_answer_keep_nobody_else_waiting(tmp_path: Path, receiver: Receiver) -> None:
    """Two hands for what is told; both hold a receiver that hangs. What speaks to people goes on at once."""
    never = asyncio.Event()

    async def hang(*_: object) -> object:
        await never.wait()
        raise AssertionError

    store = await open_sqlite(tmp_path / "hanging.db")
    town = Town(store)
    town.options = Options(width=2, aside=2)
    await town.open()
    await town.desk.add(ORG, "sheet", receiver.url, "", ())
    town.sender._poster.post = hang  # type: ignore[method-assign, assignment]
    for number in range(5):
        await town.starts(f"order:{number}", rest=False)
    await asyncio.wait_for(town.runtime._workers.inbox.quiet(), 5)
    await asyncio.sleep(0.05)
    workers = town.runtime._workers
    assert workers.aside.busy
    assert not workers.outbox.busy
    assert not workers.outbox._width.locked()
    for task in list(workers.aside._tasks):
        task.cancel()
    await town.runtime.close()
    await store.close()


class Shared:
    """Jobs that other workers might do, of which a test does one at a time."""

    local = False

    def __init__(self) -> None:
        self.waiting: list[tuple[str, dict[str, Any], datetime | None]] = []

    async def enqueue(self, name: str, key: str, payload: dict[str, Any], at: datetime | None = None) -> bool:
        self.waiting.append((name, payload, at))
        return True

    async def run(self, handlers: object) -> None: ...

    async def close(self) -> None: ...


async def test_a_worker_with_its_hands_full_of_what_is_told_leaves_the_rest_for_later(
    tmp_path: Path, receiver: Receiver
) -> None:
    """With jobs by Redis: a worker does a few dozen at a time, and customers' are among them."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hang(*_: object) -> Answer:
        begun.set()
        await go_on.wait()
        return Answer(200)

    store, shared = await open_sqlite(tmp_path / "jobs.db"), Shared()
    town = Town(store)
    town.options, town.jobs = Options(aside=1), shared
    await town.open()
    await town.desk.add(ORG, "sheet", receiver.url, "", ())
    town.sender._poster.post = hang  # type: ignore[method-assign]
    workers = town.runtime._workers
    for number in range(2):
        await town.starts(f"order:{number}", rest=False)
    for name, payload, _ in list(shared.waiting):
        assert name == "inbox"
        await workers.inbox_job(payload)
    jobs = [payload for name, payload, _ in shared.waiting if name == "outbox"]
    assert len({payload["lane"] for payload in jobs}) == 2
    shared.waiting.clear()
    first = asyncio.create_task(workers.outbox_job(jobs[0]))
    await begun.wait()
    await workers.outbox_job(jobs[1])
    ((name, payload, at),) = shared.waiting
    assert (name, payload, at is not None and at > town.clock.now() - timedelta(seconds=1)) == ("outbox", jobs[1], True)
    go_on.set()
    await first
    await workers.outbox_job(payload)
    assert {each.state for each in await deliveries.latest(store.org(ORG))} == {"sent"}
    await town.runtime.close()
    await store.close()


async def test_the_journal_says_to_whom_and_covers_what_was_said_for_who_may_not_read_it(
    town: Town, receiver: Receiver, secret: str
) -> None:
    await town.starts("order:1", contact="asha", note="Asha Mwangi owes nothing")
    vault = await town.vault.org(ORG)
    await vault.ensure("asha")
    (entry, *_) = await town.store.org(ORG).find("journal", {"machine": "order:1"}, sort=[("seq", 1)])
    for reads in (True, False):
        made = await opened(vault, entry, {}, reads=reads)
        (does,) = [line for line in made.lines if line.key == "hooks.send"]
        assert ("sheet" in does.text, "Mwangi" in does.text) == (reads, reads)
    await vault.forget("asha")
    assert (await opened(await town.vault.org(ORG), entry, {}, reads=True)).sealed

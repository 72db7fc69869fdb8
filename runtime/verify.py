"""Whether a journal is whole: no entry changed, missing or added, and each machine stands where its chain ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from runtime.agent import chain_of
from runtime.journal import GENESIS, entry_hash
from runtime.publishing.record import chain_of as log_of
from runtime.publishing.record import is_chain as is_log
from storage.store import Document, Metric, OrgStore, Store

PAGE = 500


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, and where: `seq` is the entry's, 0 for the machine itself."""

    machine: str
    seq: int
    why: str


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """How much was read, and what was found wrong with it."""

    chains: int
    entries: int
    flaws: tuple[Flaw, ...]


async def verify(
    store: Store, org: str, machine: str | None = None, tell: Callable[[int, int], Awaitable[None]] | None = None
) -> Verified:
    """Read the chains of one org (or of one machine) from their beginnings. Needs no key.

    `tell` hears now and then how many entries were read, and how many there are (0: not known).
    """
    view = store.org(org)
    heads = await _heads(view, machine)
    counts = {} if machine is not None else await _lengths(view)
    flaws: list[Flaw] = []
    entries = told = 0
    for id in sorted({*heads, *counts}):
        read, wrong = await _chain(view, id, heads.get(id))
        entries += read
        flaws.extend(wrong)
        if tell is not None and entries - told >= PAGE:
            told = entries
            await tell(entries, sum(counts.values()))
    return Verified(chains=len({*heads, *counts}), entries=entries, flaws=tuple(flaws))


async def _heads(view: OrgStore, machine: str | None) -> dict[str, tuple[int, str]]:
    """Where each machine says that its chain ends, each conversation that a person has answered, and the log of what
    was published for the org."""
    if machine is not None and is_log(machine):
        pointer = await view.get("pointers", view.id)
        return {machine: (pointer["journal_seq"], pointer["journal_hash"]) if pointer is not None else (0, GENESIS)}
    if machine is not None and machine.startswith(chain_of("")):
        talk = await view.get("conversations", machine.removeprefix(chain_of(""))) or {}
        return {machine: (talk.get("journal_seq") or 0, talk.get("journal_hash") or GENESIS)}
    if machine is not None:
        document = await view.get("machines", machine)
        return {machine: (document["seq"], document["hash"])} if document is not None else {machine: (0, GENESIS)}
    heads: dict[str, tuple[int, str]] = {}
    pointer = await view.get("pointers", view.id)
    if pointer is not None:
        heads[log_of(view.id)] = (pointer["journal_seq"], pointer["journal_hash"])
    for collection in ("machines", "conversations"):
        after = None
        while True:
            page = await view.find(collection, {}, sort=[("_id", 1)], limit=PAGE, after=after)
            for document in page:
                if collection == "machines":
                    heads[document["_id"]] = (document["seq"], document["hash"])
                elif document.get("journal_seq"):
                    heads[chain_of(document["_id"])] = (document["journal_seq"], document["journal_hash"])
            if len(page) < PAGE:
                break
            after = [page[-1]["_id"]]
    return heads


async def _lengths(view: OrgStore) -> dict[str, int]:
    rows = await view.aggregate("journal", {}, group=["machine"], metrics={"entries": Metric(kind="count")})
    return {str(row["machine"]): int(row["entries"]) for row in rows}


async def _chain(view: OrgStore, id: str, head: tuple[int, str] | None) -> tuple[int, list[Flaw]]:
    flaws: list[Flaw] = []
    seq, prev = 0, GENESIS
    while page := await _page(view, id, seq):
        for entry in page:
            flaws.extend(Flaw(machine=id, seq=entry["seq"], why=why) for why in _wrong(entry, seq, prev))
            seq, prev = entry["seq"], entry["hash"]
    if head is None:
        flaws.append(Flaw(machine=id, seq=0, why="there are entries, but no machine"))
    elif head != (seq, prev):
        flaws.append(Flaw(machine=id, seq=0, why=f"the machine stands at entry {head[0]}, its journal ends at {seq}"))
    return seq, flaws


async def _page(view: OrgStore, id: str, seq: int) -> list[Document]:
    return await view.find("journal", {"machine": id, "seq": {"gt": seq}}, sort=[("seq", 1)], limit=PAGE)


def _wrong(entry: Document, seq: int, prev: str) -> list[str]:
    why: list[str] = []
    if entry["seq"] != seq + 1:
        why.append(f"entry {seq + 1} is missing")
    elif entry["prev"] != prev:
        why.append("it does not follow the entry before it")
    if entry_hash(entry) != entry["hash"]:
        why.append("its content was changed")
    return why

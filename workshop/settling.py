"""What is left to do once a publication is in force; and what a server left undone that died in the midst of it.

The commit that puts a proposal in force bears its id. So whoever comes after knows how far it came: in force, then its
end is written down; not in force, then it waits for approval again. Nothing stays halfway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from people import audit
from runtime.publishing.publisher import Publisher
from runtime.publishing.record import publications
from storage.errors import Conflict
from storage.store import Op, OrgStore, Store
from workshop import drafts, proposals
from workshop.drafts import fingerprint
from workshop.proposals import Proposal

HELD = timedelta(minutes=10)  # after which a publication of another process is taken for dead; none takes as long
_LOOKED_THROUGH = 50  # publications since

log = structlog.get_logger("workshop")


async def settle(store: OrgStore, texts: Mapping[str, str], by: str, ops: Sequence[Op]) -> None:
    """The author's drafts of what is in force now are done with; `ops` say who did it, after which nothing is left."""
    for file, draft in (await drafts.mine(store, by)).items():
        if texts.get(file) == draft.text:
            await drafts.discard(store, file, by)
        elif file in texts:  # written since: a draft that begins from what is in force now
            await drafts.save(store, file, draft.text, fingerprint(texts[file]), by, draft.at)
    await store.commit(list(ops))


async def recover(
    store: Store, publisher: Publisher, now: datetime, waited: timedelta = HELD, *, org: str = ""
) -> int:  # fmt: skip
    """Bring to their end all proposals (of a business) whose publication began so long ago; how many there were.

    At the start of the only process on a store that is every one: `waited` is nothing then.
    """
    left = await proposals.unfinished(store, now - waited, org)
    for each in left:
        number = await _number(store, publisher, each)
        log.info("a publication was broken off", proposal=each.id, org=each.org, in_force=number is not None)
        if number is None:
            await proposals.reopen(store.org(each.org), each.id)
            continue
        entry = audit.entry(each.decided_by, "rules.published", now, on=f"#{number}", why=each.why)
        with suppress(Conflict):  # another process saw to it first
            await settle(store.org(each.org), each.texts, each.by, [proposals.in_force(each.id), entry])
    return len(left)


async def _number(store: Store, publisher: Publisher, proposal: Proposal) -> int | None:
    """Of the publication that put it in force; None if none did."""
    for each in await publications(store, proposal.org, limit=_LOOKED_THROUGH):
        if each.details.get("proposal") == proposal.id:
            return each.number
    pointer, sources = await publisher.in_force(proposal.org)
    same = all(sources.texts.get(file) == text for file, text in proposal.texts.items())
    return pointer.number if same else None

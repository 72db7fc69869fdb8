"""The guided launch in the console shows the answer to what was just said, however long the runtime takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from people import sessions
from people.signing_in import Visitor
from runtime.inbox import Inbound
from storage.store import Insert, Update
from tests.console.conftest import CLINIC, House
from web.console.ads_launch import AdsLaunch
from web.console.caller import Caller

NOW = datetime.now(UTC)


class Asking:
    """A request with a form."""

    def __init__(self, **form: str) -> None:
        self._form = form

    async def post(self) -> dict[str, str]:
        return self._form


async def test_the_page_looks_again_until_the_runtime_has_worked_what_was_said(house: House) -> None:
    org = house.store.org(CLINIC)

    async def received(inbounds: Sequence[Inbound]) -> None:
        for each in inbounds:
            await org.commit([Insert("inbox", {"_id": each.id, "lane": each.lane, "state": "new", "at": NOW})])

    await house.browser("owner")
    user = await house.users.by_email(f"owner@{CLINIC}.example")
    assert user is not None
    _, session = await sessions.begin(house.store, user.id, NOW, strong=True)
    caller = Caller(
        now=NOW, language="en", visitor=Visitor(), user=user, session=session, org=CLINIC, role="owner"
    )  # fmt: skip
    page = AdsLaunch(house.store, house.vault, lambda: NOW, received)
    looking: Any = Asking()
    begin: Any = Asking(text="ads")
    assert "Begin" in ((await page.page(looking, caller)).text or "")
    await page.say(begin, caller)
    shown = (await page.page(looking, caller)).text or ""
    assert 'http-equiv="refresh"' in shown
    assert ">Begin<" not in shown
    (row,) = await org.find("inbox", {"state": "new"}, limit=2)
    await org.commit([Update("inbox", row["_id"], {"set": {"state": "done"}})])
    assert 'http-equiv="refresh"' not in ((await page.page(looking, caller)).text or "")

"""The texts that a file had, publication by publication: to look at, to compare, and to begin a draft from."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.publishing.record import publications
from runtime.publishing.sources import read_row
from runtime.release import EVERYONE
from storage.store import Store
from web.api.endpoint import Asked, Endpoint, Refusal
from web.console.caller import Caller
from web.console.workshop_shapes import History, Past, Which
from workshop.workbench import NoFile, Workbench, named

MOST = 50  # publications that are looked through


class FileHistory:
    """The view."""

    def __init__(self, store: Store, bench: Workbench) -> None:
        self._store = store
        self._bench = bench

    def endpoints(self) -> Sequence[Endpoint]:
        doc = "The texts that a file had in what this business published, the newest first."
        return (
            Endpoint(
                method="GET", path="/orgs/{org}/rules/history", permission="rules.read", query=Which, answer=History,
                view=self.history, doc=doc, refusals=((404, "no-file"),),
            ),
        )  # fmt: skip

    async def history(self, asked: Asked, caller: Caller) -> History:
        """Publications that left the file as it was are not among them."""
        try:
            file = named(asked.query.file)
        except NoFile as error:
            raise Refusal(404, "no-file", "There is no such file.", "A name is like flows/booking.yaml.") from error
        _, shared = await self._bench.publisher.in_force(EVERYONE)
        known = {"": shared.texts.get(file, "")}  # before its first publication a business has what all share
        found: list[Past] = []
        oldest: str = ""
        for each in await publications(self._store, caller.org, limit=MOST):
            text, before = [await self._text(known, release, file) for release in (each.release, each.before)]
            oldest = before
            if text and text != before:
                found.append(Past(number=each.number, text=text, at=each.at, by=each.by, why=each.why))
        if oldest:
            found.append(Past(number=0, text=oldest))
        return History(tuple(found))

    async def _text(self, known: dict[str, str], release: str, file: str) -> str:
        if release not in known:
            row = await self._store.get("definitions", release)
            known[release] = read_row(row).texts.get(file, "") if row is not None else ""
        return known[release]

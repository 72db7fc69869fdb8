"""The one commit of a piece of work, as it is being gathered, and what the process does once it is durable."""

from __future__ import annotations

from dataclasses import dataclass, field

from runtime.machines import Machine
from storage.store import Document, Insert, Op


@dataclass
class Batch:
    """`ops` in order; the rows among them again by kind, for the lanes; the machines as they are afterwards."""

    ops: list[Op] = field(default_factory=list)
    posts: list[Document] = field(default_factory=list)
    sends: list[Document] = field(default_factory=list)
    timers: list[Document] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    def post(self, row: Document) -> None:
        self.posts.append(row)
        self.ops.append(Insert("inbox", row))

    def send(self, row: Document) -> None:
        self.sends.append(row)
        self.ops.append(Insert("outbox", row))

    def arm(self, row: Document) -> None:
        self.timers.append(row)
        self.ops.append(Insert("timers", row))

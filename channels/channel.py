"""What the dispatcher asks of a channel: to lay a message out, and to send one laid-out part."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from channels.outgoing import OutgoingMessage


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person is on a channel. `phone` is E.164 with its plus; either may be empty, not both."""

    phone: str = ""
    user_id: str = ""

    @property
    def key(self) -> str:
        return self.user_id or self.phone


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One request to the provider: `text` is what the person will read, `body` is the channel's own.

    `upload` is a file that has to be brought to the provider first.
    """

    text: str
    body: dict[str, Any]
    template: str = ""
    upload: Any = None


class SentReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The provider took it ("accepted" is not "delivered"). `id` is what statuses will name."""

    id: str
    status: str = "accepted"


class Channel(Protocol):
    """One business number (or page, or sender id) on one provider."""

    @property
    def name(self) -> str: ...

    @property
    def number(self) -> str:
        """The id of the business number: limits and costs are counted by it."""
        ...

    @property
    def throughput(self) -> float:
        """Messages a second that the provider allows this number."""
        ...

    def parts(self, message: OutgoingMessage) -> tuple[Part, ...]:
        """The fewest requests that say the message; pure. Messages cost money each."""
        ...

    def plain(self, message: OutgoingMessage) -> tuple[Part, ...]:
        """The same in words alone, for when anything richer was refused."""
        ...

    async def send(self, part: Part, to: Address, ref: str) -> SentReceipt:
        """Send. `ref` comes back with the statuses. Raises `channels.failures.SendError`."""
        ...

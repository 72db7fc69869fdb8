"""What the world around can take, handed in from above: the engine knows of no channel and no business."""

from __future__ import annotations

import msgspec


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """What one channel shows of a message, in characters and numbers. Beyond it, people see less or worse."""

    name: str
    text: int  # of one message
    buttons: int  # as many choices are buttons
    button_label: int
    button_text: int  # of a question with buttons
    rows: int  # as many choices are a list
    row_label: int
    list_text: int  # of a question with a list


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """All channels that a conversation may run on; and whom the business lets its rules tell things, where its YAML is
    known to be its own (None: it may be anybody's).
    """

    channels: tuple[Channel, ...] = ()
    endpoints: frozenset[str] | None = None

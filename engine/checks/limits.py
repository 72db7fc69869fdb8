"""What the channels can show, handed in from above: the engine knows of no channel."""

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
    """All channels that a conversation may run on."""

    channels: tuple[Channel, ...] = ()

"""Why a piece of work could not be done: each leads to another end of its row."""

from __future__ import annotations

from datetime import timedelta


class Trouble(Exception):
    """Root of what stops a piece of work."""


class Parked(Trouble):
    """The machine cannot step: its row dies, the machine waits for a person. `detail` may be personal.

    `machine` is named where the row does not name it (a message that the router sent there).
    """

    def __init__(self, reason: str, detail: str = "", *, machine: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.machine = machine


class Dead(Trouble):
    """The row can lead nowhere (no such machine, a parked one); the machine is not touched."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Later(Trouble):
    """Not now (the store is away, a handler asks for patience): the same row again after a while."""

    def __init__(self, reason: str, after: timedelta) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after

"""What a command could not do, in a sentence for the person who typed it."""

from __future__ import annotations


class CommandError(Exception):
    """The command is refused or failed; its text says why and what to do."""

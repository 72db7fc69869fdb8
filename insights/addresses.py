"""How a conversation is named in addresses: its id has a slash, which would end a part of the path."""

from __future__ import annotations


def address_of(conversation: str) -> str:
    """A conversation's id as it stands in addresses."""
    contact, _, channel = conversation.rpartition("/")
    return f"{contact}-{channel}"


def id_of(address: str) -> str:
    contact, _, channel = address.rpartition("-")
    return f"{contact}/{channel}"

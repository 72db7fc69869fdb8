"""What can go wrong in a store, one root."""

from __future__ import annotations


class StoreError(Exception):
    """Root of the store's errors."""


class Conflict(StoreError):
    """An operation met a document that is not as expected: a taken key, another version, no match.

    `index` is its place in the commit, `collection` and `key` name what collided.
    """

    def __init__(self, message: str, *, index: int = 0, collection: str = "", key: str = "") -> None:
        super().__init__(message)
        self.index = index
        self.collection = collection
        self.key = key


class BadQuery(StoreError):
    """A filter, change or sort outside the closed list, or one that names no org."""


class BadId(BadQuery):
    """What was asked for by can be no id: nothing has it."""


class Unavailable(StoreError):
    """The store cannot be reached or is closed."""


class Unreadable(StoreError):
    """A sealed value whose key is gone (the person was erased) or that was tampered with."""


class NotLoaded(StoreError):
    """A person's key was used before `await OrgVault.ensure(subject)`."""


class BadKey(StoreError):
    """The master key setting is malformed, or none of the master keys unwraps an org's key."""

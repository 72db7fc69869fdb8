"""Documents as SQLite keeps them: JSON text in which a datetime is "\\u0001" and a fixed-width UTC time.

So written, datetimes sort right as text, stay in one range of every index, and cannot be taken for a text: a text that
begins with that character gets a second one in front.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from storage.errors import BadQuery
from storage.store import Document

MARK = "\x01"
_IN_JSON = '"\\u0001'


@lru_cache(maxsize=4096)  # one moment stands in half a dozen fields of what a step writes
def encode_moment(value: datetime) -> str:
    return f"{MARK}{value.isoformat(timespec='milliseconds')[:23]}"


def encode_scalar(value: Any) -> Any:
    """A filter's value as it stands in an index."""
    if isinstance(value, datetime):
        return encode_moment(value)
    if isinstance(value, str) and value.startswith(MARK):
        return MARK + value
    return value


def decode_scalar(value: Any) -> Any:
    if type(value) is not str or not value.startswith(MARK):
        return value
    return value[1:] if value.startswith(MARK, 1) else _decode_moment(value)


@lru_cache(maxsize=4096)
def _decode_moment(value: str) -> datetime:
    return datetime.fromisoformat(value[1:]).replace(tzinfo=UTC)


_write = msgspec.json.Encoder().encode


def encode(document: Document) -> str:
    """The text of a checked document (see `changes.document_of`), without `_id` and `version`."""
    plain = {}
    for name, value in document.items():
        kind = type(value)
        as_is = kind in _SAME or (kind is str and value[:1] != MARK)
        plain[name] = value if as_is else _plain(value)
    plain.pop("_id", None)
    plain.pop("version", None)
    try:
        return _write(plain).decode()
    except UnicodeEncodeError:
        raise BadQuery("a document holds half a character (a lone surrogate)") from None
    except TypeError as error:
        raise BadQuery(f"a document cannot hold what it was given: {error}") from None


_SAME = frozenset({int, bool, float, type(None)})


def _plain(value: Any) -> Any:
    """A value as JSON has it. What no checked document holds is left for the encoder to refuse."""
    kind = type(value)
    if kind is str:
        return MARK + value if value[:1] == MARK else value
    if kind is datetime:
        return encode_moment(value)
    if kind is dict:
        return {name: item if type(item) in _SAME else _plain(item) for name, item in value.items()}
    if kind is list:
        return [item if type(item) in _SAME else _plain(item) for item in value]
    return encode_scalar(value)


_read = msgspec.json.Decoder().decode


def decode(id: str, version: int, text: str) -> Document:
    document: Document = {"_id": id, **_read(text), "version": version}
    if _IN_JSON in text:
        _revive(document)
    return document


def _revive(holder: dict[str, Any] | list[Any]) -> None:
    places: Any = holder.items() if isinstance(holder, dict) else enumerate(holder)
    place: Any
    for place, value in places:
        cls = type(value)
        if cls is str:
            if value[:1] == MARK:
                holder[place] = decode_scalar(value)
        elif cls is dict or cls is list:
            _revive(value)

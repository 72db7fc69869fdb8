"""Documents as SQLite keeps them: JSON text in which a datetime is "\\u0001" and a fixed-width UTC time.

So written, datetimes sort right as text, stay in one range of every index, and cannot be taken for a text: a text that
begins with that character gets a second one in front.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from storage.errors import BadQuery
from storage.store import Document

MARK = "\x01"
_IN_JSON = '"\\u0001'


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
    return value[1:] if value.startswith(MARK, 1) else datetime.fromisoformat(value[1:]).replace(tzinfo=UTC)


class _Encoder(json.JSONEncoder):
    """Counts the datetimes that it wrote, to find out whether a text looked like one."""

    moments = 0

    def default(self, value: Any) -> Any:
        if isinstance(value, datetime):
            self.moments += 1
            return encode_moment(value)
        raise BadQuery(f"a document cannot hold {value!r} ({type(value).__name__})")


def encode(document: Document) -> str:
    """The text of a checked document (see `changes.document_of`), without `_id` and `version`."""
    encoder = _Encoder(ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":"))
    text = encoder.encode(document)
    if text.count(_IN_JSON) != encoder.moments:
        text = _PLAIN.encode(_escaped(document))
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise BadQuery("a document holds half a character (a lone surrogate)") from None
    return text


_PLAIN = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":"))


def _escaped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _escaped(item) for key, item in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, list) else encode_scalar(value)


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

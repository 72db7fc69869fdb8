"""What can be done to a document, parsed once and applied in Python.

`set`, `push` and `set_on_insert` take any document value; `inc` a number; `pull` and `add_to_set` a plain value;
`unset` a list of fields. A missing field is made by `set`, `inc` (from 0),
`push` and `add_to_set` (from []). Nothing else is a change.
What a document's own shape forbids (adding to a text, pushing to a number) is a `Conflict`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from math import isfinite
from typing import Any

import msgspec

from storage.errors import BadQuery, Conflict
from storage.query import MISSING, check_field, kind, moment, same, scalar
from storage.store import Changes, Document

VERBS = ("set", "unset", "inc", "push", "pull", "add_to_set", "set_on_insert")
KEPT = ("_id", "version")
DEPTH = 40


class Changed(msgspec.Struct, frozen=True):
    """One change of one field."""

    verb: str
    field: str
    value: Any


_AS_IS = frozenset({str, bool, type(None)})


def value_of(value: Any, where: str, depth: int = 0) -> Any:
    """A document value, copied: what JSON and BSON both keep, datetimes in UTC to the millisecond.

    What documents are full of comes first; that a value is some other Mapping is the dearest question of all.
    """
    cls = type(value)
    if cls in _AS_IS or (cls is int and -(1 << 63) <= value < 1 << 63):
        return value
    if cls is datetime:
        return moment(value, where)
    if cls is dict:
        return _mapping(value, where, depth)
    if cls is list or cls is tuple:
        if depth > DEPTH:
            raise BadQuery(f"{where} is more than {DEPTH} levels deep")
        return [value_of(item, where, depth + 1) for item in value]
    if cls is float and isfinite(value):
        return value
    if isinstance(value, datetime):
        return moment(value, where)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return _mapping(value, where, depth)
    raise BadQuery(f"{where} cannot hold {value!r} ({cls.__name__}): documents hold JSON values and aware datetimes")


def _mapping(value: Mapping[Any, Any], where: str, depth: int) -> dict[str, Any]:
    if depth > DEPTH:
        raise BadQuery(f"{where} is more than {DEPTH} levels deep")
    result: dict[str, Any] = {}
    for key, item in value.items():
        if type(key) is not str or "\0" in key:
            raise BadQuery(f"{where} has the key {key!r}: keys are texts without NUL")
        result[key] = value_of(item, key, depth + 1)
    return result


def document_of(document: Any) -> Document:
    """A new document, checked and copied."""
    if type(document) is not dict and not isinstance(document, Mapping):
        raise BadQuery(f"a document is a mapping, not {type(document).__name__}")
    if type(document.get("_id")) is not str or not document["_id"] or "\0" in document["_id"]:
        raise BadQuery("a document needs an '_id', a text that is not empty")
    _check_names(tuple(document))
    result: Document = {}
    for key, value in document.items():
        result[key] = value if type(value) is str else value_of(value, key, 1)
    result.pop("version", None)
    return result


@lru_cache(maxsize=8192)  # the documents of a collection have the same few dozen shapes
def _check_names(names: tuple[Any, ...]) -> None:
    for name in names:
        check_field(name)
        if "." in name:
            raise BadQuery(f"the document field {name!r} has a dot")


def parse_changes(changes: Changes, fixed: str = "", *, upsert: bool = False) -> tuple[Changed, ...]:
    """`fixed` is the field that says whose the document is: only `set_on_insert` may give it."""
    if type(changes) is not dict and not isinstance(changes, Mapping):
        raise BadQuery(f"changes are a mapping of verbs, not {type(changes).__name__}")
    _check_shape(tuple([(verb, _named(verb, fields)) for verb, fields in changes.items()]), fixed, upsert)
    result: list[Changed] = []
    for verb, fields in changes.items():
        if verb == "unset":
            result += [Changed(verb, field, None) for field in fields]
        else:
            result += [_one(verb, field, value) for field, value in fields.items()]
    return tuple(result)


def _named(verb: Any, fields: Any) -> tuple[Any, ...]:
    """The fields that a verb speaks of."""
    if verb == "unset":
        if isinstance(fields, str):
            raise BadQuery("'unset' takes a list of fields")
    elif type(fields) is not dict and not isinstance(fields, Mapping):
        raise BadQuery(f"{verb!r} takes a mapping of fields")
    return tuple(fields)


@lru_cache(maxsize=8192)  # the same few dozen shapes, with other values
def _check_shape(shape: tuple[tuple[Any, tuple[Any, ...]], ...], fixed: str, upsert: bool) -> None:
    for verb, fields in shape:
        if verb not in VERBS:
            raise BadQuery(f"{verb!r} is no change; the changes are {', '.join(VERBS)}")
        if verb == "set_on_insert" and not upsert:
            raise BadQuery("'set_on_insert' belongs to an upsert")
        for field in fields:
            check_field(field)
            top = field.partition(".")[0]
            if top in KEPT or (fixed and top == fixed and verb != "set_on_insert"):
                raise BadQuery(f"{field!r} is never changed")
    _check_apart([field for _, fields in shape for field in fields])


def _one(verb: str, field: str, value: Any) -> Changed:
    if verb == "set" or verb in ("push", "set_on_insert"):
        return Changed(verb, field, value if type(value) is str else value_of(value, field))
    if verb in ("pull", "add_to_set"):
        return Changed(verb, field, scalar(value, field))
    if verb == "inc" and kind(scalar(value, field)) != "number":
        raise BadQuery(f"'inc' on {field!r} takes a number, not {value!r}")
    return Changed(verb, field, value)


def _check_apart(fields: list[str]) -> None:
    if len(fields) < 2:
        return
    taken = set(fields)
    if len(taken) != len(fields):
        twice = next(field for field in fields if fields.count(field) > 1)
        raise BadQuery(f"{twice!r} is changed twice")
    for field in fields:
        parent = field
        while "." in parent:
            parent = parent.rpartition(".")[0]
            if parent in taken:
                raise BadQuery(f"{field!r} and {parent!r} cannot be changed together")


def apply(document: Document, changes: tuple[Changed, ...], *, inserting: bool = False) -> None:
    """Change the document in place."""
    for change in changes:
        if change.verb == "set_on_insert" and not inserting:
            continue
        holder, name = _holder(document, change.field, make=change.verb not in ("unset", "pull"))
        if holder is None:
            continue
        if change.verb in ("set", "set_on_insert"):
            holder[name] = change.value
        elif change.verb == "unset":
            holder.pop(name, None)
        elif change.verb == "inc":
            _add(holder, name, change)
        else:
            _array(holder, name, change)


def _holder(document: Document, field: str, *, make: bool) -> tuple[Document | None, str]:
    if "." not in field:
        return document, field
    *parents, name = field.split(".")
    holder = document
    for parent in parents:
        inner = holder.get(parent, MISSING)
        if inner is MISSING:
            if not make:
                return None, name
            inner = holder[parent] = {}
        if not isinstance(inner, dict):
            if not make:
                return None, name
            raise Conflict(f"{field!r} cannot be made: {parent!r} holds no fields", key=field)
        holder = inner
    return holder, name


def _add(holder: Document, name: str, change: Changed) -> None:
    old = holder.get(name, 0)
    if kind(old) != "number":
        raise Conflict(f"{change.field!r} holds no number to add to", key=change.field)
    holder[name] = old + change.value


def _array(holder: Document, name: str, change: Changed) -> None:
    old = holder.get(name, MISSING)
    if old is MISSING:
        if change.verb != "pull":
            holder[name] = [change.value]
        return
    if not isinstance(old, list):
        raise Conflict(f"{change.field!r} holds no array", key=change.field)
    if change.verb == "push":
        old.append(change.value)
    elif change.verb == "pull":
        old[:] = [item for item in old if not same(item, change.value)]
    elif not any(same(item, change.value) for item in old):
        old.append(change.value)

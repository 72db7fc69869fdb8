"""What people read: texts as Jinja2 in an immutable sandbox, narrowed to what a sentence needs.

Only output, conditions, loops over lists and our own filters may appear; no calls. Names and fields
are checked when the file is loaded; what is unknown at run time prints as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import jinja2
import msgspec
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine import limits
from engine.currency import precision, unit
from engine.errors import TextFailed, TextTooLong
from engine.findings import did_you_mean
from engine.functions import zone
from engine.operators import field
from engine.scope import ExpressionError, Scope
from engine.types import Shape
from engine.values import Money

_SYMBOLS = {"KES": "KSh", "UGX": "USh", "TZS": "TSh", "NGN": "₦", "USD": "$", "EUR": "€", "GBP": "£"}
_LOCALES = {"en": "en_KE", "sw": "sw_KE"}
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Filter, nodes.Const, nodes.If,
    nodes.For, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Test, nodes.Concat,
    nodes.Add, nodes.Sub, nodes.Neg,
)  # fmt: skip
_NO_BREAK = "\u00a0"
_YES = {"en": ("yes", "no"), "sw": ("ndiyo", "hapana")}


def _locale(context: Any) -> str:
    return _LOCALES.get(str(context.get("__language")), "en_KE")


def _local(context: Any, value: Any) -> Any:
    return value.astimezone(zone(context.get("__zone"))) if isinstance(value, datetime) else value


@jinja2.pass_context
def _money(context: Any, value: Any) -> str:
    """KSh 1,500 or KSh 1,500.50. The space does not break: an amount stands on one line of a narrow phone."""
    if not isinstance(value, Money):
        return "" if value is None else str(value)
    whole, part = divmod(abs(value.amount), unit(value.currency))
    cents = f".{part:0{precision(value.currency)}d}" if part else ""
    sign = "-" if value.amount < 0 else ""
    return f"{sign}{_SYMBOLS.get(value.currency, value.currency)}{_NO_BREAK}{whole:,}{cents}"


@jinja2.pass_context
def _day(context: Any, value: Any) -> str:
    """Friday 14 November; with the year when it is not this one."""
    from babel.dates import format_date

    if value is None:
        return ""
    local = _local(context, value)
    now = context.get("__now")
    year = "" if now is None or local.year == now.year else " y"
    return str(format_date(local, f"EEEE d MMMM{year}", locale=_locale(context)))


@jinja2.pass_context
def _time(context: Any, value: Any) -> str:
    local = _local(context, value)
    return "" if local is None else str(local.strftime("%H:%M"))


@jinja2.pass_context
def _when(context: Any, value: Any) -> str:
    """Friday 14 November, 10:00."""
    return "" if value is None else f"{_day(context, value)}, {_time(context, value)}"


def _phone(value: Any) -> str:
    """+254712345678 as 0712 345678."""
    import phonenumbers

    try:
        number = phonenumbers.parse(str(value or ""), None)
    except phonenumbers.NumberParseException:
        return str(value or "")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


def _first(value: Any) -> str:
    """The first of a person's names."""
    words = str(value or "").split()
    return words[0] if words else ""


def _duration(value: Any) -> str:
    if not isinstance(value, timedelta):
        return "" if value is None else str(value)
    minutes = int(value.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    return (
        " ".join(f"{amount} {unit}" for amount, unit in ((days, "d"), (hours, "h"), (rest, "min")) if amount) or "0 min"
    )


@jinja2.pass_context
def _shown(context: Any, value: Any) -> Any:
    """How a value without a filter prints."""
    kind = type(value)
    if kind is str:
        return value
    if value is None:
        return ""
    if kind is Money:
        return _money(context, value)
    if kind is bool:
        return _YES.get(str(context.get("__language")), _YES["en"])[0 if value else 1]
    if kind is datetime:
        return _when(context, value)
    if kind is date:
        return _day(context, value)
    if kind is time:
        return _time(context, value)
    return _duration(value) if kind is timedelta else value


FILTERS: dict[str, Callable[..., Any]] = {
    "money": _money, "day": _day, "time": _time, "when": _when, "phone": _phone, "first": _first,
    "duration": _duration, "length": lambda value: len(value or ""), "lower": lambda value: str(value or "").lower(),
    "upper": lambda value: str(value or "").upper(),
    "join": lambda value, mark=", ": str(mark).join(map(str, value or ())),
    "default": lambda value, other="": other if value is None else value,
}  # fmt: skip


class _Environment(ImmutableSandboxedEnvironment):
    """Fields of records before methods of dicts; nothing of Python's own."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if obj is None or isinstance(obj, (dict, Money)):
            return field(obj, attribute)
        return self.undefined(obj=obj, name=attribute)


_ENVIRONMENT = _Environment(
    undefined=jinja2.StrictUndefined, finalize=_shown, autoescape=False, keep_trailing_newline=False
)
_ENVIRONMENT.globals = {}
_ENVIRONMENT.filters = dict(FILTERS)
_ENVIRONMENT.tests = {"none": lambda value: value is None, "defined": lambda value: value is not None}


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One language's form of a text, compiled. `paths` are the names and fields that it reads."""

    source: str
    render: Callable[..., str]
    paths: tuple[tuple[str, ...], ...]
    constant: bool


@lru_cache(maxsize=2048)
def compile_template(source: str) -> Template:
    """Raises ExpressionError."""
    if len(source) > limits.TEMPLATE_LENGTH:
        raise ExpressionError("text-too-long", f"Longer than {limits.TEMPLATE_LENGTH} characters.")
    if "{" not in source:
        return Template(source=source, render=lambda values: source, paths=(), constant=True)
    try:
        tree = parse_template(source)
        paths = _paths(tree)
        render = _ENVIRONMENT.from_string(tree).render
    except jinja2.TemplateError as error:
        raise ExpressionError("text-syntax", f"The text cannot be read: {error}.") from error
    except RecursionError as error:
        raise ExpressionError("text-syntax", "The text is nested too deep.") from error
    return Template(source=source, render=render, paths=tuple(sorted(paths)), constant=False)


def parse_template(source: str) -> nodes.Template:
    """A text's syntax tree. Raises jinja2.TemplateError."""
    return _ENVIRONMENT.parse(source)


def _paths(tree: nodes.Template) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    local = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    inner: set[int] = set()
    for node in _walk(tree):
        if not isinstance(node, _ALLOWED):
            raise ExpressionError("not-allowed", f"{type(node).__name__} is not part of texts.")
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise ExpressionError(
                "unknown-filter", f'There is no filter "{node.name}".', 0, did_you_mean(node.name, FILTERS)
            )
        if isinstance(node, nodes.Getattr):
            inner.add(id(node.node))
            if node.attr.startswith("_") or not isinstance(node.node, (nodes.Name, nodes.Getattr)):
                raise ExpressionError("not-allowed", f'"{node.attr}" cannot be read.')
        if isinstance(node, (nodes.Getattr, nodes.Name)) and id(node) not in inner:
            path = _path(node)
            if path and path[0] not in local:
                found.add(path)
    return found


def _walk(node: nodes.Node) -> Any:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _path(node: nodes.Node) -> tuple[str, ...]:
    parts: list[str] = []
    while isinstance(node, nodes.Getattr):
        parts.append(node.attr)
        node = node.node
    return (node.name, *reversed(parts)) if isinstance(node, nodes.Name) else ()


def check_paths(template: Template, scope: Scope, event: bool | None = None) -> None:
    """Raises ExpressionError for the first name or field that the scope does not have.

    With `event` only the event's fields are checked, or (False) all but them.
    """
    for path in template.paths:
        if event is None or event == (path[0] == "event"):
            try:
                _check_path(path, scope)
            except ExpressionError as error:
                read = ".".join(path)
                error.offset = max(0, template.source.find(read))
                error.end = error.offset + len(read)
                raise


def _check_path(path: tuple[str, ...], scope: Scope) -> None:
    shape, rest = _root(path[0], scope), path[1:]
    if path[0] == "event" and rest:
        event = scope.event or {}
        if rest[0] not in event:
            reason = f'The event has no field "{rest[0]}".'
            raise ExpressionError("unknown-field", reason, 0, did_you_mean(rest[0], event))
        shape, rest = event[rest[0]], rest[1:]
    for name in rest:
        if shape is None or shape.base == "any":
            return
        if not shape.fields or name not in shape.fields:
            hint = did_you_mean(name, shape.fields or ())
            raise ExpressionError("unknown-field", f'{shape.name} has no field "{name}".', 0, hint)
        shape = scope.types.shape(shape.fields[name])


def _root(name: str, scope: Scope) -> Shape | None:
    if name in scope.names:
        return scope.names[name]
    if name in scope.ambients:
        return scope.ambients[name]
    if (name == "event" and scope.event is not None) or (name == "now" and scope.clock) or name == "tries":
        return None
    raise ExpressionError("unknown-name", f'"{name}" is not a name here.', 0, did_you_mean(name, scope.known()))


def render(template: Template, values: Mapping[str, Any], key: str) -> str:
    """Raises TextFailed, TextTooLong."""
    try:
        text = template.render(values).strip()
    except (jinja2.TemplateError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise TextFailed(f"text {key!r}: {error}") from error
    if len(text) > limits.TEXT_LENGTH:
        raise TextTooLong(f"text {key!r} came out {len(text)} characters long; {limits.TEXT_LENGTH} are allowed")
    return text


def render_value(value: Any, context: Mapping[str, Any]) -> str:
    """A value as it prints in a text without a filter."""
    return str(_shown(context, value))

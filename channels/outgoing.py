"""A message that is to go out, on whichever channel: what is said, what may be picked, how it counts.

Read from the arguments of `channels.send` and the `messages.*` verbs, so that everything behind it works
with one checked value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Category = Literal["service", "utility", "marketing", "authentication"]
CATEGORIES: tuple[str, ...] = ("service", "utility", "marketing", "authentication")


class Unsendable(ValueError):
    """The arguments do not make a message: which one, and why."""


class Option(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    label: str
    description: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    label: str


class File(msgspec.Struct, frozen=True, kw_only=True):
    """Either `url` (the provider fetches it) or `content` (uploaded first)."""

    filename: str
    mime_type: str
    url: str = ""
    content: bytes = b""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """An approved template by name, with its body parameters in order. `language` is the provider's code."""

    name: str
    language: str = ""
    parameters: tuple[str, ...] = ()
    category: Category = "utility"


class OutgoingMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one person.

    `category` "service" answers what the person just wrote; anything else the business begins. `keys` and
    `flow` say which texts it was made of: the org's template mapping is looked up by them.
    `sender` "agent" is a person of the business, who may write while the bot is silent.
    """

    text: str = ""
    language: str = "en"
    choices: tuple[Option, ...] = ()
    expects: str = ""
    category: Category = "service"
    template: Template | None = None
    link: Link | None = None
    file: File | None = None
    ask_location: bool = False
    page: int = 0
    more: str = ""  # how the id of "More…" begins; without it, choices beyond one list are numbered in the text
    replies_to: str = ""  # the wamid that this quotes
    flow: str = ""
    keys: tuple[str, ...] = ()
    sender: Literal["bot", "agent"] = "bot"

    @property
    def replying(self) -> bool:
        return self.category == "service"


def read_outgoing(args: Mapping[str, Any]) -> OutgoingMessage:
    """Raises `Unsendable` for arguments that are no message."""
    message = OutgoingMessage(
        text=_text(args, "text"),
        language=_text(args, "language") or "en",
        choices=tuple(_option(choice) for choice in args.get("choices") or ()),
        expects=_text(args, "expects"),
        category=_category(args.get("category") or "service"),
        template=_template(args),
        link=_link(args),
        file=_file(args),
        ask_location=bool(args.get("ask_location")) or _text(args, "expects") == "location",
        page=args.get("page") or 0,
        more=_text(args, "more"),
        replies_to=_text(args, "replies_to"),
        flow=_text(args, "flow"),
        keys=tuple(str(key) for key in args.get("keys") or ()),
        sender="agent" if args.get("sender") == "agent" else "bot",
    )
    if not message.text.strip() and message.template is None and message.file is None:
        raise Unsendable("a message needs text, a template or a file")
    return message


def _text(args: Mapping[str, Any], key: str) -> str:
    value = args.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unsendable(f"{key!r} must be text, not {type(value).__name__}")
    return value


def _category(value: Any) -> Category:
    if value not in CATEGORIES:
        raise Unsendable(f"category {value!r} is none of {', '.join(CATEGORIES)}")
    return value  # type: ignore[no-any-return]


def _option(choice: Any) -> Option:
    if isinstance(choice, Option):
        return choice
    if not isinstance(choice, Mapping) or not choice.get("id") or not str(choice.get("label", "")).strip():
        raise Unsendable(f"a choice needs an id and a label: {choice!r}")
    return Option(id=str(choice["id"]), label=str(choice["label"]), description=str(choice.get("description") or ""))


def _template(args: Mapping[str, Any]) -> Template | None:
    """`template` is a name, or an object with name, language, parameters, category; `with` are its parameters."""
    given = args.get("template")
    if not given:
        return None
    if isinstance(given, str):
        given = {"name": given}
    if not isinstance(given, Mapping) or not given.get("name"):
        raise Unsendable("a template needs a name")
    parameters = args.get("with") or given.get("parameters") or ()
    return Template(
        name=str(given["name"]),
        language=str(given.get("language") or args.get("language") or ""),
        parameters=tuple(str(parameter) for parameter in parameters),
        category=_category(given.get("category") or _began(args.get("category"))),
    )


def _began(category: Any) -> Any:
    """A template is never "service": what has no category of its own counts as utility."""
    return "utility" if category in (None, "", "service") else category


def _link(args: Mapping[str, Any]) -> Link | None:
    url, label = _text(args, "url"), _text(args, "label")
    if not url or args.get("filename"):
        return None
    if not url.startswith(("https://", "http://")):
        raise Unsendable(f"{url!r} is no web address")
    return Link(url=url, label=label or url.split("/")[2])


def _file(args: Mapping[str, Any]) -> File | None:
    filename = _text(args, "filename")
    if not filename:
        return None
    content = args.get("content") or b""
    raw = content.encode() if isinstance(content, str) else bytes(content)
    url = _text(args, "url")
    if bool(raw) == bool(url):
        raise Unsendable("a file needs either content or a url")
    return File(
        filename=filename, mime_type=_text(args, "mime_type") or "application/octet-stream", url=url, content=raw
    )

"""Who asks for a page, and what a view is given of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec
from aiohttp import web

from people.roles import PERMISSIONS, Role, may
from people.sessions import Session
from people.signing_in import Visitor
from people.users import User

PUBLIC, SIGNED_IN = "", "signed-in"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever asks. A program has a role and an org by its token, and neither user nor session."""

    now: datetime
    language: str
    visitor: Visitor
    user: User | None = None
    session: Session | None = None
    org: str = ""
    role: Role | None = None
    program: str = ""  # the name of a token

    @property
    def actor(self) -> str:
        """As the audit trail names them."""
        return self.user.id if self.user is not None else f"token:{self.program}"

    def may(self, permission: str) -> bool:
        """Whether the role allows it; whether a second factor is still needed is the gate's question."""
        return self.role is not None and may(self.role, permission)

    def signed_in(self) -> tuple[User, Session]:
        """For views that the gate opens to signed-in people only."""
        if self.user is None or self.session is None:
            raise web.HTTPForbidden
        return self.user, self.session


View = Callable[[web.Request, Caller], Awaitable[web.StreamResponse]]


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """An address of the console. `permission` is one of people.roles, PUBLIC or SIGNED_IN; nothing is open by default.

    An address with `{org}` is about one business. `api` answers refusals in JSON, and takes tokens.
    """

    method: str
    path: str
    permission: str
    view: View
    api: bool = False
    people: bool = False  # a token does not do here: it is about a person's own drafts, say

    def __post_init__(self) -> None:
        if self.permission not in (PUBLIC, SIGNED_IN, *PERMISSIONS):
            raise ValueError(f"{self.path}: there is no permission {self.permission!r}")
        if self.permission in PERMISSIONS and "{org}" not in self.path:
            raise ValueError(f"{self.path}: a permission is held in a business; the address names none")

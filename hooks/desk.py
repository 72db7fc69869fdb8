"""What an owner does with endpoints: add, change, renew the secret, switch on again, send a test, take away."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from hooks import deliveries, endpoints
from hooks.deliveries import Delivery
from hooks.endpoints import MOST, NAME, Endpoint
from hooks.hosts import Hosts
from hooks.sending import Sender
from hooks.tasks import FAILING, GONE, done, waiting
from runtime.addresses import BadAddress
from storage.errors import Conflict
from storage.store import Document, Insert, Op, Store, Update
from storage.vault import Vault


class BadEndpoint(ValueError):
    """It cannot be done. `code` is of a closed list: name, taken, many, none, address, https, host."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(f"{code}: {value}" if value else code)
        self.code = code
        self.value = value


class Desk:
    """`clock` is the businesses' time. `note` is written in the same commit as what it is about."""

    def __init__(self, store: Store, vault: Vault, sender: Sender, hosts: Hosts, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._vault = vault
        self._sender = sender
        self.hosts = hosts
        self._clock = clock

    async def add(self, org: str, name: str, url: str, about: str, note: Sequence[Insert]) -> str:
        """The secret, which is not shown again. Raises BadEndpoint."""
        if not NAME.fullmatch(name):
            raise BadEndpoint("name", name[:80])
        known = endpoints.listed(await self._org(org))
        if any(each.name == name for each in known):
            raise BadEndpoint("taken", name)
        if len(known) >= MOST:
            raise BadEndpoint("many", str(MOST))
        made = Endpoint(name=name, url=self._allowed(url), about=_short(about), at=self._clock())
        secret, ops = endpoints.kept(await self._vault.org(org), made)
        await self._commit(org, *ops, *note)
        return secret

    async def change(self, org: str, name: str, url: str, about: str, note: Sequence[Insert]) -> None:
        """Another address or description; the secret stays. Raises BadEndpoint."""
        await self._known(org, name)
        fields = {"url": self._allowed(url), "about": _short(about)}
        await self._commit(org, endpoints.changed(org, name, fields), *note)

    async def renew(self, org: str, name: str, note: Sequence[Insert]) -> str:
        """The new secret, which is not shown again. Raises BadEndpoint."""
        document, _ = await self._known(org, name)
        secret, ops = endpoints.renewed(await self._vault.org(org), document, name, self._clock())
        await self._commit(org, *ops, *note)
        return secret

    async def switch_on(self, org: str, name: str, note: Sequence[Insert]) -> None:
        """Again, after the receiver was gone. Raises BadEndpoint."""
        await self._known(org, name)
        seen = await self._ended(org, name, GONE)
        await self._commit(org, endpoints.switched(org, name, "", self._clock()), *seen, *note)

    async def remove(self, org: str, name: str, note: Sequence[Insert]) -> None:
        """What still waits for it fails as "unknown". Raises BadEndpoint."""
        await self._known(org, name)
        await self._commit(org, endpoints.removed(org, name), *await self._ended(org, name, FAILING, GONE), *note)

    async def test(self, org: str, name: str, note: Sequence[Insert]) -> Delivery:
        """What came of one message, sent at once; also to an endpoint that is switched off. Raises BadEndpoint."""
        document, endpoint = await self._known(org, name)
        id = deliveries.id_of(org, f"test/{secrets.token_hex(16)}")
        came = await self._sender.tried(document, await self._vault.org(org), endpoint, id, self._clock())
        await self._commit(org, deliveries.kept(came), *note)
        return came

    async def _ended(self, org: str, name: str, *kinds: str) -> list[Op]:
        """The ends of its tasks."""
        found = await waiting(self._store.org(org), name, *kinds)
        return [Update("tasks", task["_id"], done(self._clock())) for task in found]

    def _allowed(self, url: str) -> str:
        try:
            self.hosts.place(url.strip())
        except BadAddress as error:
            raise BadEndpoint(error.code, url.strip()[:80]) from error
        return url.strip()

    async def _known(self, org: str, name: str) -> tuple[Document, Endpoint]:
        document = await self._org(org)
        found = endpoints.named(document, name)
        if found is None:
            raise BadEndpoint("none", name[:80])
        return document, found

    async def _org(self, org: str) -> Document:
        return await self._store.get("orgs", org) or {}

    async def _commit(self, org: str, *ops: Op) -> None:
        try:
            await self._store.org(org).commit(ops)
        except Conflict as error:  # somebody took it away at the same moment
            raise BadEndpoint("none") from error


def _short(about: str) -> str:
    return " ".join(about.split())[:200]

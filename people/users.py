"""A person who may sign in. Address, name and second factor are sealed; they are found by the address's keyed hash."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

import msgspec

from storage.errors import Conflict
from storage.store import Document, Insert, Store, Update
from storage.vault import OrgVault, Vault

HOUSE = "aais"  # whose key seals what belongs to no business


class BadPerson(ValueError):
    """A person who cannot be made as described; the message says why."""


class User(msgspec.Struct, frozen=True, kw_only=True):
    """`totp` is empty until a second factor is set up, and then holds its secret."""

    id: str
    email: str
    name: str
    password: str = ""
    totp: bytes = b""
    totp_used: int = 0
    recovery: tuple[str, ...] = ()
    language: str = "en"
    active: bool = True
    version: int = 0

    @property
    def second_factor(self) -> bool:
        return bool(self.totp)


def normal(email: str) -> str:
    """An address in the one form that it is looked up by. Raises `BadPerson` for what is none."""
    plain = email.strip().lower()
    name, at, host = plain.rpartition("@")
    if not (name and at and "." in host) or any(c.isspace() or not c.isprintable() for c in plain) or len(plain) > 254:
        raise BadPerson(f'"{email.strip()[:60]}" is no e-mail address.')
    return plain


class Users:
    """The people of this server, whichever businesses they work for."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    async def create(
        self, email: str, name: str, now: datetime, *, password: str = "", language: str = "en"
    ) -> User:  # fmt: skip
        """`password` is a hash already. Raises `BadPerson`, also when the address is taken."""
        plain, vault = normal(email), await self._keys()
        user = User(id=f"u_{secrets.token_hex(8)}", email=plain, name=name.strip(), password=password,
                    language=language, version=1)  # fmt: skip
        row = {
            "_id": user.id,
            "email_key": vault.lookup("email", plain),
            "at": now,
            "state": "active",
            **_row(user, vault),
        }
        try:
            await self._store.commit([Insert("users", row)])
        except Conflict as error:
            raise BadPerson("There is somebody with this address already.") from error
        return user

    async def get(self, id: str) -> User | None:
        row = await self._store.get("users", id)
        return None if row is None else _read(row, await self._keys())

    async def by_email(self, email: str) -> User | None:
        try:
            plain = normal(email)
        except BadPerson:
            return None
        vault = await self._keys()
        found = await self._store.find("users", {"email_key": vault.lookup("email", plain)}, limit=1)
        return _read(found[0], vault) if found else None

    async def change(self, user: User, **fields: Any) -> User:
        """Change fields of a person. Raises `Conflict` when somebody else changed them meanwhile."""
        changed = msgspec.structs.replace(user, **fields)
        row = _row(changed, await self._keys())
        row["state"] = "active" if changed.active else "disabled"
        (stored,) = await self._store.commit([Update("users", user.id, {"set": row}, expect=user.version)])
        return msgspec.structs.replace(changed, version=(stored or {}).get("version", user.version + 1))

    async def email_key(self, email: str) -> str:
        """The keyed hash of whatever was typed as an address."""
        return (await self._keys()).lookup("email", email.strip().lower())

    async def seal(self, text: str) -> str:
        """A person's data that stands outside their own row, such as the address of an invitation."""
        return (await self._keys()).seal("", text.encode(), aad=b"people")

    async def unseal(self, sealed: str) -> str:
        return (await self._keys()).unseal("", sealed, aad=b"people").decode()

    async def _keys(self) -> OrgVault:
        return await self._vault.org(HOUSE)


def _row(user: User, vault: OrgVault) -> Document:
    private = {
        "email": user.email,
        "name": user.name,
        "totp": user.totp.hex(),
        "recovery": list(user.recovery),
    }
    return {
        "sealed": vault.seal("", json.dumps(private, sort_keys=True).encode(), aad=user.id.encode()),
        "password": user.password,
        "totp_used": user.totp_used,
        "language": user.language,
    }


def _read(row: Document, vault: OrgVault) -> User:
    private = json.loads(vault.unseal("", row["sealed"], aad=row["_id"].encode()))
    return User(
        id=row["_id"],
        email=private["email"],
        name=private["name"],
        password=row["password"],
        totp=bytes.fromhex(private["totp"]),
        totp_used=row["totp_used"],
        recovery=tuple(private["recovery"]),
        language=row["language"],
        active=row["state"] == "active",
        version=row["version"],
    )

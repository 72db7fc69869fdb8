"""Personal data at rest: AES-256-GCM under a key per person, wrapped by the org's key, wrapped by the master key.

`ENCRYPTION_KEY` holds the master keys: the first wraps, the others still unwrap. From an org's key three keys are
derived: one wraps the persons' keys, one seals what concerns nobody in particular (subject ""), one makes the keyed
hashes by which a phone or an address is found. Forgetting a person destroys their key, and with it everything sealed
under it, in whatever journal or backup-to-be it stands; the row stays, empty, so that the key is never made anew.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import BadKey, Conflict, NotLoaded, Unreadable
from storage.store import Document, Insert, Store, Update, Upsert

KEY_BYTES, NONCE_BYTES = 32, 12
ORGS, SUBJECTS = 1024, 4096  # keys held in memory
HASHES = 1024  # of an org, remembered: a message asks for its sender's three times
FRESH = 60.0  # seconds after which `ensure` looks again whether a person was forgotten elsewhere
FORM = "v1."  # how a sealed value begins


def new_master_key() -> str:
    """A fresh `ENCRYPTION_KEY`."""
    return urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def parse_master_keys(text: str) -> list[bytes]:
    """The keys in `ENCRYPTION_KEY`. Raises `BadKey` with one sentence that does not repeat the key."""
    keys = []
    for number, part in enumerate(text.split(","), 1):
        part = part.strip()
        try:
            key = b64decode(part.replace("-", "+").replace("_", "/") + "=" * (-len(part) % 4), validate=True)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise BadKey(
                "ENCRYPTION_KEY must be 32 bytes in base64 (several with commas between, the newest first); "
                f"key {number} is {f'{len(key)} bytes' if key else 'no base64'}: make one with `aais keys new`"
            )
        keys.append(key)
    return keys


class _Nonces:
    """Random nonces, each used once, drawn from the system many at a time: every draw lets go of the interpreter lock,
    which costs a sealed write more than the sealing itself when the writer thread is busy.
    """

    def __init__(self, draw: int = 256) -> None:
        self._draw = draw
        self._pool: list[bytes] = []
        os.register_at_fork(after_in_child=self._pool.clear)  # a child must not use its parent's

    def next(self) -> bytes:
        while True:
            try:
                return self._pool.pop()
            except IndexError:
                raw = secrets.token_bytes(NONCE_BYTES * self._draw)
                self._pool.extend(raw[at : at + NONCE_BYTES] for at in range(0, len(raw), NONCE_BYTES))


_NONCES = _Nonces()


class OrgVault:
    """One org's keys. All but `ensure` and `forget` works on what is in memory."""

    def __init__(self, store: Store, org: str, key: bytes) -> None:
        self.org = org
        self._store = store.org(org)
        self._scrub = getattr(store, "scrub", None)  # SQLite: overwrite the log, which still holds the key
        self._wrap = AESGCM(_derive(key, "wrap"))
        self._own = AESGCM(_derive(key, "seal"))
        self._lookup = _derive(key, "lookup")
        self._subjects: OrderedDict[str, tuple[AESGCM | None, float]] = OrderedDict()
        self._hashes: dict[tuple[str, str], str] = {}

    def seal(self, subject: str, plaintext: bytes, aad: bytes = b"") -> str:
        """A text that only `unseal` with the same subject and aad reads. `Unreadable` for a forgotten person."""
        nonce = _NONCES.next()
        sealed = self._key(subject).encrypt(nonce, plaintext, _bind(self.org, subject, aad))
        return FORM + urlsafe_b64encode(nonce + sealed).decode()

    def unseal(self, subject: str, token: str, aad: bytes = b"") -> bytes:
        """Raises `Unreadable` if the person was forgotten, or the token is not this subject's or was changed."""
        key = self._key(subject)
        if not token.startswith(FORM):
            raise Unreadable("a sealed value of an unknown form")
        try:
            raw = urlsafe_b64decode(token[len(FORM) :])
            return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bind(self.org, subject, aad))
        except (InvalidTag, ValueError) as error:
            raise Unreadable("a sealed value was changed, or belongs to another") from error

    def lookup(self, kind: str, value: str) -> str:
        """A keyed hash to find by, 43 characters. The caller brings the value into one form first (E.164, say)."""
        known = self._hashes.get((kind, value))
        if known is None:  # making it lets go of the interpreter lock, like drawing a nonce
            digest = hmac.digest(self._lookup, f"{kind}\0{value}".encode(), hashlib.sha256)
            known = urlsafe_b64encode(digest).decode().rstrip("=")
            if len(self._hashes) >= HASHES:
                self._hashes.clear()
            self._hashes[kind, value] = known
        return known

    async def ensure(self, *subjects: str) -> None:
        """Load these persons' keys, making those that are missing. A forgotten person has none; sealing then fails."""
        now = time.monotonic()
        wanted = {s for s in subjects if s and (s not in self._subjects or now - self._subjects[s][1] > FRESH)}
        for some in _chunks(sorted(wanted)):
            found = {row["_id"]: row for row in await self._rows(some)}
            for subject in some:
                row = found.get(self._id(subject)) or await self._make(subject)
                self._remember(subject, row)

    def forgotten(self, subject: str) -> bool:
        """Whether this (ensured) person's key is gone."""
        return bool(subject) and self._subjects.get(subject, (True,))[0] is None

    async def forget(self, subject: str) -> None:
        """Destroy a person's key, for good."""
        if not subject:
            raise ValueError("an org's own key is not forgotten")
        self._subjects[subject] = (None, time.monotonic())
        self._hashes.clear()
        changes = {"unset": ["wrapped"], "set": {"kind": "subject", "forgotten": True}}
        await self._store.commit([Upsert("keys", self._id(subject), changes)])
        if self._scrub is not None:
            await self._scrub()

    def _key(self, subject: str) -> AESGCM:
        if not subject:
            return self._own
        try:
            key, _ = self._subjects[subject]
        except KeyError:
            raise NotLoaded(f"the key of {subject!r} is not loaded: await ensure({subject!r}) first") from None
        self._subjects.move_to_end(subject)
        if key is None:
            raise Unreadable(f"the key of {subject!r} was destroyed")
        return key

    async def _rows(self, subjects: Sequence[str]) -> list[Document]:
        ids = [self._id(subject) for subject in subjects]
        return await self._store.find("keys", {"_id": {"in": ids}}, limit=len(ids))

    async def _make(self, subject: str) -> Document:
        wrapped = _wrapped(self._wrap, secrets.token_bytes(KEY_BYTES), self._id(subject))
        row = {"_id": self._id(subject), "kind": "subject", "wrapped": wrapped}
        try:
            await self._store.commit([Insert("keys", row)])
        except Conflict:
            standing = await self._store.get("keys", self._id(subject))
            if standing is None:
                raise
            return standing
        return row

    def _remember(self, subject: str, row: Document) -> None:
        wrapped = row.get("wrapped")
        key = AESGCM(_unwrapped(self._wrap, wrapped, self._id(subject))) if wrapped else None
        self._subjects[subject] = (key, time.monotonic())
        self._subjects.move_to_end(subject)
        while len(self._subjects) > SUBJECTS:
            self._subjects.popitem(last=False)

    def _id(self, subject: str) -> str:
        return f"{self.org}/{subject}"


class Vault:
    """All orgs' vaults, behind the master keys (see `parse_master_keys`)."""

    def __init__(self, store: Store, master_keys: Sequence[bytes]) -> None:
        if not master_keys:
            raise BadKey("ENCRYPTION_KEY is empty: make one with `aais keys new`")
        self._store = store
        self._masters = [AESGCM(key) for key in master_keys]
        self._orgs: OrderedDict[str, OrgVault] = OrderedDict()

    async def org(self, id: str) -> OrgVault:
        """An org's vault, its key made if this is the first time."""
        known = self._orgs.get(id)
        if known is not None:
            self._orgs.move_to_end(id)
            return known
        row = await self._store.get("keys", id) or await self._make(id)
        vault = self._orgs.setdefault(id, OrgVault(self._store, id, _unwrap_any(self._masters, row)))
        while len(self._orgs) > ORGS:
            self._orgs.popitem(last=False)
        return vault

    async def _make(self, id: str) -> Document:
        wrapped = _wrapped(self._masters[0], secrets.token_bytes(KEY_BYTES), id)
        row = {"_id": id, "org": id, "kind": "org", "wrapped": wrapped}
        try:
            await self._store.commit([Insert("keys", row)])
        except Conflict:
            standing = await self._store.get("keys", id)
            if standing is None:
                raise
            return standing
        return row


async def rotate(store: Store, master_keys: Sequence[bytes]) -> int:
    """Wrap every org's key with the first master key; how many were wrapped with another before.

    Data and persons' keys stay as they are: only the outermost wrapping changes. When this has run, the old master
    keys can be taken out of `ENCRYPTION_KEY`.
    """
    masters = [AESGCM(key) for key in master_keys]
    changed = 0
    after = None
    while page := await store.find("keys", {"kind": "org"}, limit=500, after=after, everyone=True):
        for row in page:
            changed += await _rewrap(store, masters, row)
        after = [page[-1]["_id"]]
    return changed


async def _rewrap(store: Store, masters: Sequence[AESGCM], row: Document) -> bool:
    try:
        _unwrapped(masters[0], row["wrapped"], row["_id"])
        return False
    except Unreadable:
        key = _unwrap_any(masters[1:], row)
    wrapped = _wrapped(masters[0], key, row["_id"])
    await store.commit([Update("keys", row["_id"], {"set": {"wrapped": wrapped}}, expect=row["version"])])
    return True


def _unwrap_any(masters: Sequence[AESGCM], row: Document) -> bytes:
    for master in masters:
        try:
            return _unwrapped(master, row["wrapped"], row["_id"])
        except Unreadable:
            continue
    raise BadKey(f"none of the keys in ENCRYPTION_KEY opens the key of org {row['_id']!r}: is an older one missing?")


def _wrapped(by: AESGCM, key: bytes, id: str) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return urlsafe_b64encode(nonce + by.encrypt(nonce, key, id.encode())).decode()


def _unwrapped(by: AESGCM, wrapped: str, id: str) -> bytes:
    raw = urlsafe_b64decode(wrapped)
    try:
        return by.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], id.encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable(f"the key {id!r} does not open") from error


def _derive(key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, f"aais {purpose}".encode(), hashlib.sha256)


def _bind(org: str, subject: str, aad: bytes) -> bytes:
    return f"{len(org)}:{org}{len(subject)}:{subject}".encode() + aad


def _chunks(items: list[str], size: int = 500) -> Iterator[list[str]]:
    for place in range(0, len(items), size):
        yield items[place : place + size]

"""People come in with a password and a second factor; whoever guesses is slowed down."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from people import links, passwords, second_factor, sessions
from people.signing_in import Door, Refused
from people.users import BadPerson, User, Users
from storage.sqlite import SqliteStore
from tests.people.conftest import HERE, NOW, PASSWORD

SECRET = b"12345678901234567890"


async def _njeri(users: Users, **fields: object) -> User:
    user = await users.create("Njeri@Example.co.ke", "Njeri", NOW, password=await passwords.hashed(PASSWORD))
    return await users.change(user, **fields) if fields else user


def _code(now: datetime) -> str:
    return TOTP(SECRET, 6, SHA1(), 30).generate(int(now.timestamp())).decode()  # noqa: S303


async def test_the_right_password_opens_a_session(store: SqliteStore, users: Users, door: Door) -> None:
    user = await _njeri(users)
    token, session = await door.sign_in(" njeri@example.CO.KE ", PASSWORD, HERE, NOW)
    assert (session.user, session.strong, session.waiting) == (user.id, False, False)
    assert await sessions.find(store, token, NOW) == session
    assert await sessions.find(store, token[:-1], NOW) is None


@pytest.mark.parametrize(("email", "password"), [("njeri@example.co.ke", "wrong"), ("nobody@x.ke", PASSWORD), ("", "")])
async def test_nobody_learns_whether_it_was_the_address_or_the_password(
    users: Users, door: Door, email: str, password: str
) -> None:
    await _njeri(users)
    with pytest.raises(Refused, match=r"^wrong$"):
        await door.sign_in(email, password, HERE, NOW)


async def test_somebody_who_was_let_go_does_not_come_in(users: Users, door: Door) -> None:
    await _njeri(users, active=False)
    with pytest.raises(Refused):
        await door.sign_in("njeri@example.co.ke", PASSWORD, HERE, NOW)


async def test_guessing_is_slowed_down_and_forgiven_after_a_while(users: Users, door: Door) -> None:
    await _njeri(users)
    for _ in range(5):
        with pytest.raises(Refused, match="wrong"):
            await door.sign_in("njeri@example.co.ke", "guess", HERE, NOW)
    with pytest.raises(Refused, match="wait") as refused:
        await door.sign_in("njeri@example.co.ke", PASSWORD, HERE, NOW)
    assert timedelta() < refused.value.wait <= timedelta(minutes=15)
    _, session = await door.sign_in("njeri@example.co.ke", PASSWORD, HERE, NOW + refused.value.wait)
    assert not session.waiting


async def test_the_second_factor_is_asked_for_and_a_code_works_once(
    store: SqliteStore, users: Users, door: Door
) -> None:
    await _njeri(users, totp=SECRET)
    token, waiting = await door.sign_in("njeri@example.co.ke", PASSWORD, HERE, NOW)
    assert waiting.waiting
    code = _code(NOW)
    fuller, session = await door.second_step(waiting, code, HERE, NOW)
    assert session.strong
    assert not session.waiting
    assert await sessions.find(store, token, NOW) is None
    assert await sessions.find(store, fuller, NOW) == session
    with pytest.raises(Refused, match="wrong-code"):
        await door.second_step(waiting, code, HERE, NOW)


async def test_a_code_used_twice_at_once_opens_one_session(users: Users, door: Door) -> None:
    await _njeri(users, totp=SECRET)
    _, waiting = await door.sign_in("njeri@example.co.ke", PASSWORD, HERE, NOW)
    tried = await asyncio.gather(
        *(door.second_step(waiting, _code(NOW), HERE, NOW) for _ in range(4)), return_exceptions=True
    )
    assert sum(not isinstance(one, BaseException) for one in tried) == 1


async def test_a_recovery_code_works_once_in_place_of_the_phone(users: Users, door: Door) -> None:
    codes = second_factor.recovery_codes()
    await _njeri(users, totp=SECRET, recovery=tuple(second_factor.fingerprint(code) for code in codes))
    _, waiting = await door.sign_in("njeri@example.co.ke", PASSWORD, HERE, NOW)
    _, session = await door.second_step(waiting, codes[3].upper(), HERE, NOW)
    assert session.strong
    with pytest.raises(Refused):
        await door.second_step(waiting, codes[3], HERE, NOW)


def test_codes_are_those_of_the_rfc() -> None:
    """RFC 6238, appendix B, the last six digits of the SHA-1 values."""
    for moment, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        at = datetime.fromtimestamp(moment, tz=NOW.tzinfo)
        assert second_factor.accepted(SECRET, code, at) == moment // 30
        assert second_factor.accepted(SECRET, code, at, used=moment // 30) is None
        assert second_factor.accepted(SECRET, code, at + timedelta(minutes=2)) is None
    assert second_factor.accepted(SECRET, "not a code", NOW) is None


async def test_sessions_end_by_idleness_by_age_and_by_hand(store: SqliteStore) -> None:
    token, session = await sessions.begin(store, "u_1", NOW)
    assert await sessions.find(store, token, NOW + sessions.IDLE) is None
    now = NOW
    while await sessions.find(store, token, now) is not None:
        now += timedelta(days=5)
    assert sessions.LONGEST <= now - NOW < sessions.LONGEST + timedelta(days=5)
    other, _ = await sessions.begin(store, "u_1", NOW)
    assert await sessions.end_all(store, "u_1", but=session.id) == 1
    assert await sessions.find(store, other, NOW) is None


async def test_a_link_is_taken_by_one_of_many(store: SqliteStore) -> None:
    token = await links.make(store, "join", NOW, org="clinic", role="agent")
    used = await asyncio.gather(*(links.use(store, token, "join", NOW) for _ in range(5)))
    assert sum(one is not None for one in used) == 1
    other = await links.make(store, "reset", NOW, user="u_1")
    assert await links.use(store, other, "enter", NOW) is None
    assert await links.use(store, other, "reset", NOW + timedelta(hours=1)) is None


async def test_a_new_password_ends_every_session(store: SqliteStore, users: Users, door: Door) -> None:
    user = await _njeri(users)
    before, _ = await door.sign_in(user.email, PASSWORD, HERE, NOW)
    token = await links.make(store, "reset", NOW, user=user.id)
    with pytest.raises(passwords.BadPassword):
        await door.reset(token, "short", NOW)
    await door.reset(token, "samaki wa kupaka", NOW)
    assert await sessions.find(store, before, NOW) is None
    with pytest.raises(Refused):
        await door.reset(token, "samaki wa kupaka", NOW)
    assert (await door.sign_in(user.email, "samaki wa kupaka", HERE, NOW))[1].user == user.id


@pytest.mark.parametrize("password", ["short", "password123", "aaaaaaaaaaaaa", "njeri.kamau1", "x" * 201])
def test_passwords_that_a_stranger_would_try_are_refused(password: str) -> None:
    with pytest.raises(passwords.BadPassword):
        passwords.judge(password, "njeri.kamau@example.co.ke", "Njeri Kamau")


async def test_an_address_belongs_to_one_person_and_is_not_readable_in_the_store(
    store: SqliteStore, users: Users
) -> None:
    user = await _njeri(users)
    with pytest.raises(BadPerson):
        await users.create("NJERI@example.co.ke", "Another", NOW)
    with pytest.raises(BadPerson):
        await users.create("no address", "Another", NOW)
    assert "njeri" not in str(await store.get("users", user.id)).lower()
    assert await users.by_email("njeri@EXAMPLE.co.ke") == user

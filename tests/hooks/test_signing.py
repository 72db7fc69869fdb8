"""Signatures are those of the Standard Webhooks specification, byte for byte."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from hooks.signing import headers, new_secret, signature
from tests.hooks.town import verified


def test_the_reference_vector_of_the_specifications_libraries() -> None:
    made = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_specifications_own_library_takes_what_is_signed_and_nothing_else() -> None:
    secret, body = new_secret(), b'{"data":{"total":150000}}'
    made = headers("msg_1", datetime.now(UTC), body, [new_secret(), secret])
    assert Webhook(secret).verify(body, made) == {"data": {"total": 150000}}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"15", b"95"), made)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, made)


def test_secrets_are_of_the_length_that_the_specification_wants_and_differ() -> None:
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    assert all(24 <= len(b64decode(each.removeprefix("whsec_"), validate=True)) <= 64 for each in made)


@given(body=st.text().map(lambda text: f'"{text.encode("unicode_escape").hex()}"'.encode()), count=st.integers(1, 3))
def test_whatever_is_signed_with_several_secrets_is_right_by_each_of_them(body: bytes, count: int) -> None:
    now, secrets = datetime(2026, 11, 22, tzinfo=UTC), [new_secret() for _ in range(count)]
    made = headers("msg_1", now, body, secrets)
    for secret in secrets:
        verified(secret, made, body, now)

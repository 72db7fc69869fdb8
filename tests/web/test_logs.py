"""Nobody's number, address or secret can be read in the logs; figures that are none of these can."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from web.logs import configure, mask, mask_event

PHONES = ["+254712345678", "254712345678", "0712345678", "0712 345 678", "+254 712 345 678", "0712-345-678"]
PLAIN = [
    "12 rows in 340 ms",
    "port 8080",
    "status 131047",
    "2026-11-21",
    "until 2026-11-21 09:30:00",
    "attempt 3 of 5",
    "KES 15000",
    "seq 1048576",
]


@pytest.mark.parametrize("phone", PHONES)
@pytest.mark.parametrize("frame", ["{}", "sent to {}.", "({})", "to={}, again", "whatsapp:{}"])
def test_phones_are_masked_wherever_they_stand(phone: str, frame: str) -> None:
    masked = mask(frame.format(phone))
    assert phone not in masked
    assert sum(char.isdigit() for char in masked) <= 2


@pytest.mark.parametrize("text", PLAIN)
def test_numbers_that_are_no_phones_stay(text: str) -> None:
    assert mask(text) == text


def test_mail_addresses_and_credentials_are_masked() -> None:
    masked = mask("wanjiku.k+x@example.co.ke sent Authorization: Bearer EAAG.tok_en-1~/= and Basic a2V5OnNlY3JldA==")
    for secret in ("wanjiku", "example.co.ke", "EAAG", "tok_en", "a2V5"):
        assert secret not in masked


@pytest.mark.parametrize(
    "key", ["access_token", "passkey", "app_secret", "password", "phone", "payer_phone", "email", "name", "text"]
)
def test_what_a_key_says_is_private_is_hidden_whole(key: str) -> None:
    assert mask_event(None, "info", {"event": "x", key: "Wanjiku"})[key] == "…"


def test_what_is_nested_is_masked_too() -> None:
    event = mask_event(None, "info", {"event": "x", "detail": {"to": ["+254712345678"], "mail": "a@b.co"}})
    assert "712345" not in str(event)
    assert "a@b.co" not in str(event)


def test_a_machines_name_and_a_time_stay_readable() -> None:
    event = {"event": "stepped", "machine": "booking:9f2c", "org": "tabasamu-dental", "seq": 12, "level": "info"}
    assert mask_event(None, "info", dict(event)) == event


def test_both_kinds_of_logger_are_masked_down_to_the_traceback() -> None:
    stream = io.StringIO()
    try:
        configure("json", stream=stream)
        structlog.get_logger("web").info("sent", to="+254712345678")
        logging.getLogger("aiohttp.server").error("failed for %s", "0712345678")
        try:
            raise ValueError("no account for +254712345678 or a.b@c.co.ke")
        except ValueError:
            structlog.get_logger("web").exception("request_failed")
        lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers.clear()
    assert lines[0]["event"] == "sent"
    assert len(lines) == 3
    assert "ValueError" in lines[2]["exception"]
    for secret in ("712345", "a.b@c"):
        assert secret not in stream.getvalue()

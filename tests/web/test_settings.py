"""Settings from the environment: what is missing or malformed is one clear sentence, and secrets stay secret."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from composition.settings import Secret, read
from composition.settings_error import SettingsError
from storage.vault import new_master_key

GOOD = {
    "APP_URL": "https://book.example.co.ke",
    "ENCRYPTION_KEY": new_master_key(),
    "WHATSAPP_WEBHOOK_SECRET": "appsecret-5f1",
    "WHATSAPP_VERIFY_TOKEN": "verify-5f1",
    "MPESA_CONSUMER_KEY": "consumer-5f1",
    "MPESA_CONSUMER_SECRET": "consumersecret-5f1",
    "MPESA_SHORTCODE": "174379",
    "MPESA_PASSKEY": "passkey-5f1",
    "MPESA_WEBHOOK_SECRET": "hook-5f1",
    "MONGODB_URI": "mongodb://user:mongo-5f1@db/aais",
    "REDIS_URL": "redis://:redis-5f1@queue",
}


def problems(environment: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        read(environment)
    return refused.value.problems


@pytest.mark.parametrize(
    "name",
    [
        "ENCRYPTION_KEY", "WHATSAPP_WEBHOOK_SECRET", "WHATSAPP_VERIFY_TOKEN", "MPESA_CONSUMER_KEY",
        "MPESA_CONSUMER_SECRET", "MPESA_SHORTCODE", "MPESA_PASSKEY", "MPESA_WEBHOOK_SECRET",
    ],
)  # fmt: skip
@pytest.mark.parametrize("left", [None, "", "   "])
def test_what_is_missing_is_named_in_one_sentence(name: str, left: str | None) -> None:
    environment = {key: value for key, value in GOOD.items() if key != name}
    if left is not None:
        environment[name] = left
    said = problems(environment)
    assert len(said) == 1
    assert said[0].startswith(name)
    assert said[0].endswith(".")


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("APP_URL", "book.example.co.ke", "https://"),
        ("WHATSAPP_RATES", "/nowhere/rates.yaml", "cannot be read"),
        ("APP_URL", "http://book.example.co.ke", "https://"),
        ("APP_URL", "ftp://book.example.co.ke", "https://"),
        ("APP_URL", "https://[broken", "https://"),
        ("APP_URL", "https://book.example.co.ke:port", "https://"),
        ("GRAPH_API_URL", "graph", "https://"),
        ("DARAJA_API_URL", "//daraja", "https://"),
        ("PORT", "http", "1 to 65535"),
        ("PORT", "0", "1 to 65535"),
        ("PORT", "70000", "1 to 65535"),
        ("PORT", "²", "1 to 65535"),
        ("WHATSAPP_PROVIDER", "twilio", "cloud, sandbox"),
        ("MPESA_ENV", "live", "sandbox, production"),
        ("MPESA_SHORTCODE", "till 174379", "digits"),
        ("LOG_FORMAT", "xml", "json"),
        ("ENCRYPTION_KEY", "short", "32 bytes"),
        ("ENCRYPTION_KEY", base64.b64encode(b"x" * 31).decode(), "32 bytes"),
        ("ENCRYPTION_KEY", f"{base64.b64encode(bytes(32)).decode()},nonsense", "32 bytes"),
        ("ENCRYPTION_KEY", ",", "aais keys new"),
    ],
)
def test_what_is_malformed_is_named_with_what_it_should_be(name: str, value: str, hint: str) -> None:
    said = problems({**GOOD, name: value})
    assert len(said) == 1
    assert said[0].startswith(name)
    assert hint in said[0]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = problems({"PORT": "x", "APP_URL": "y"})
    assert [sentence.split()[0] for sentence in said] == [
        "PORT", "APP_URL", "ENCRYPTION_KEY", "WHATSAPP_WEBHOOK_SECRET", "WHATSAPP_VERIFY_TOKEN"
    ]  # fmt: skip


def test_a_wrong_key_is_not_repeated_in_the_sentence() -> None:
    assert "almost-a-key" not in problems({**GOOD, "ENCRYPTION_KEY": "almost-a-key"})[0]


def test_secrets_are_not_in_repr() -> None:
    shown = repr(read(GOOD))
    assert "5f1" not in shown
    assert GOOD["ENCRYPTION_KEY"] not in shown
    assert repr(Secret("x")) == "Secret(…)"


def test_mpesa_may_be_left_to_the_businesses() -> None:
    assert read({key: value for key, value in GOOD.items() if not key.startswith("MPESA")}).mpesa is None


def test_simulators_on_this_machine_may_be_plain_http() -> None:
    settings = read({**GOOD, "GRAPH_API_URL": "http://127.0.0.1:8090/", "DARAJA_API_URL": "http://localhost:8090"})
    assert settings.whatsapp.base_url == "http://127.0.0.1:8090"
    assert settings.mpesa is not None
    assert settings.mpesa.base_url == "http://localhost:8090"


def test_the_demo_needs_nothing_and_keeps_its_key_to_itself(tmp_path: Path) -> None:
    environment = {"DATA_DIR": str(tmp_path / "data")}
    first, again = (read(environment, demo=True) for _ in range(2))
    assert first.encryption_keys == again.encryption_keys
    assert stat.S_IMODE((tmp_path / "data" / "demo.key").stat().st_mode) == 0o600


def test_many_that_start_at_once_share_one_demo_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        everybody = list(pool.map(lambda _: read({"DATA_DIR": str(tmp_path)}, demo=True).encryption_keys, range(32)))
    assert len({str(keys) for keys in everybody}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["demo.key"]
    assert (tmp_path / "demo.key").stat().st_mode & 0o077 == 0

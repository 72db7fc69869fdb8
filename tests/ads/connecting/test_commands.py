"""`aais ads connect` and its like, typed as an operator types them; what is secret is never an argument."""

from __future__ import annotations

from typing import Any

from tests.ads.connecting.conftest import META, TIKTOK, Place

ACCOUNT = ("connect", "meta", "--account", f"act_{META.id}", "--page", META.page)
KEYS = f"{META.token}\n{META.client_secret}\n"


async def test_an_account_is_connected_tried_and_forgotten(place: Place, monkeypatch: Any, capsys: Any) -> None:
    async def aais(*words: str, typed: str = "") -> tuple[int, str, str]:
        return await place.aais(monkeypatch, capsys, *words, typed=typed)

    assert (await aais("accounts"))[1].startswith("Nothing is connected.")
    code, said, _ = await aais(*ACCOUNT, typed=KEYS)
    assert (code, said) == (
        0, "Connected: Simulated ad account (700100200300400), KES, Africa/Nairobi. The keys are sealed.\n",
    )  # fmt: skip
    assert "It works" in (await aais("test", "meta"))[1]
    assert "KES, Africa/Nairobi" in (await aais("accounts"))[1]
    assert [row["what"] for row in await place.store.find("audit", {})] == ["settings.ads-account"]
    assert (await aais("disconnect", "meta"))[:2] == (0, "The keys are forgotten.\n")
    code, _, wrong = await aais("test", "meta")
    assert (code, wrong) == (1, "aais ads: Meta is not connected.\n")


async def test_what_is_wrong_is_said_in_a_sentence(place: Place, monkeypatch: Any, capsys: Any) -> None:
    code, _, wrong = await place.aais(monkeypatch, capsys, *ACCOUNT, typed=f"wrong\n{META.client_secret}\n")
    assert code == 1
    assert wrong.startswith("aais ads: Meta does not accept the access token. Make a new one there")
    assert META.client_secret not in wrong


async def test_a_platform_is_told_after_a_test_event(place: Place, monkeypatch: Any, capsys: Any) -> None:
    told = ("tiktok", "--conversions")
    words = ("connect", *told, "--id", "COQDA8RC77U2", "--test-code", "TEST1")
    code, said, _ = await place.aais(monkeypatch, capsys, *words, typed=f"{TIKTOK.token}\n")
    assert (code, said) == (0, "The test event arrived. TikTok is told from now on what its ads bring.\n")
    code, said, _ = await place.aais(monkeypatch, capsys, "test", *told, "--test-code", "TEST1")
    assert (code, said) == (0, "TikTok took the test event.\n")
    assert "is told what its ads brought" in (await place.aais(monkeypatch, capsys, "accounts"))[1]
    assert (await place.aais(monkeypatch, capsys, "disconnect", *told))[0] == 0
    assert await place.rows() == []


async def test_sites_and_window_are_set_and_the_script_is_shown(place: Place, monkeypatch: Any, capsys: Any) -> None:
    words = ("measuring", "--site", "clinic.co.ke", "--window-days", "30")
    code, said, _ = await place.aais(monkeypatch, capsys, *words)
    assert code == 0
    assert said.splitlines() == [
        "Sites: https://clinic.co.ke",
        "An ad has the credit for 30 days after its click.",
        'On each page: <script async src="http://127.0.0.1:8080/t.js" data-org="clinic"></script>',
    ]
    assert (await place.aais(monkeypatch, capsys, "measuring"))[1] == said
    code, _, wrong = await place.aais(monkeypatch, capsys, "measuring", "--site", "http://clinic.co.ke")
    assert (code, wrong) == (1, "aais ads: http://clinic.co.ke is no site like https://example.co.ke.\n")

"""The benchmarks of the whole house do run, small."""

from __future__ import annotations

from bench import memory, server


def values(figures: list[dict[str, object]]) -> dict[str, object]:
    return {str(figure["name"]): figure["value"] for figure in figures}


def test_under_a_light_load_every_message_has_one_reply(monkeypatch):
    light = {"RATE": 15.0, "SECONDS": 3.0, "STEPS": 0, "WARM_SECONDS": 1.0, "WARM_RATE": 10.0, "THINK": 0.1}
    for name, value in light.items():
        monkeypatch.setattr(server, name, value)
    found = values(server.run())
    assert found["server.messages"] > 30
    assert (found["server.refused"], found["server.lost"], found["server.doubled"]) == (0, 0, 0)
    assert found["server.booked"] == 1.0


def test_conversations_that_were_filled_in_go_on_as_if_they_had_been_had(monkeypatch):
    monkeypatch.setattr(memory, "CONVERSATIONS", 100)
    monkeypatch.setattr(memory, "MESSAGES", 40)
    found = values(memory.run())
    assert found["memory.replies"] == 40
    assert found["memory.started"] > 20

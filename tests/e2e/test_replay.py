"""What the demo recorded, run again in another process: on its own versions, and on a candidate."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.conftest import NewPhone
from tests.e2e.server import CLINIC_ORG, ROOT, Server
from tests.e2e.test_main_job import book, choose_a_time


async def test_real_conversations_are_followed_on_a_candidate(
    server: Server, new_phone: NewPhone, tmp_path: Path
) -> None:
    """One paid, one went as far as the deposit. A title changes nothing; a text is only reworded; quiet hours flip."""
    await book(await new_phone())
    undecided = await new_phone()
    await choose_a_time(undecided, "hello")
    await undecided.hear("deposit")
    assert await server.stop() == 0
    code, output = await server.aais("replay", "--demo", "--org", CLINIC_ORG)
    assert (code, output.rstrip().endswith("the same")) == (0, True), output
    booking = (ROOT / "flows" / "booking.yaml").read_text(encoding="utf-8")
    (tmp_path / "booking.yaml").write_text(booking.replace("Which day suits you?", "What day?"), encoding="utf-8")
    rules = (ROOT / "rules" / "messaging_guardrails.yaml").read_text(encoding="utf-8")
    refuses = rules.replace(
        "when: replying\n    then: {decision: send}", "when: replying\n    then: {decision: refuse}"
    )
    (tmp_path / "messaging_guardrails.yaml").write_text(refuses, encoding="utf-8")
    code, output = await server.aais(
        "replay", "--demo", "--org", CLINIC_ORG, "--format", "json", "--candidate", str(tmp_path)
    )
    assert code == 0, output
    report = json.loads(output)[CLINIC_ORG]
    followed = report["definitions"]["flow:booking"]
    assert set(followed["outcomes"]) == {"same"}
    assert followed["outcomes"]["same"] == followed["reworded"] >= 2
    assert followed["old"] == followed["new"]
    rows = report["tables"]["messaging_guardrails"]["rows"]
    assert rows["conversation -> conversation"]["count"] >= 9
    assert not rows["conversation -> conversation"]["same_result"]

"""What the cases beside the YAML that ships reach together. They are collected where they stand: `pytest flows`."""

from __future__ import annotations

import pytest

from tests.yaml.shipped import DEFINITIONS, TESTS, all_taken, covered

BUTTONS, BUTTON, ROW, BODY = 3, 20, 24, 1024  # WhatsApp's limits for what can be tapped


def test_every_file_that_ships_has_its_tests_beside_it() -> None:
    beside = {path.with_name(path.name.replace(".test.yaml", ".yaml")) for path in TESTS}
    assert set(DEFINITIONS.values()) == beside


@pytest.mark.parametrize("file", DEFINITIONS)
def test_every_state_transition_row_and_text_is_reached(file: str) -> None:
    missing = [
        f"{share.file}:{each.line}: {each.path}"
        for share in covered().shares()
        if share.file == file
        for each in share.missing
    ]
    assert not missing, "not reached:\n" + "\n".join(missing)


def test_what_can_be_tapped_fits_on_whatsapp() -> None:
    for step in all_taken():
        if step.asked is None or not step.asked.choices:
            continue
        said = "\n\n".join(say.text for say in step.says)
        limit = BUTTON if len(step.asked.choices) <= BUTTONS else ROW
        for choice in step.asked.choices:
            limit = ROW if choice.description or not _of_the_file(choice.value) else limit
            assert len(choice.label) <= limit, choice.label
        assert len(said) <= BODY, said


def test_nothing_is_said_with_holes_in_it() -> None:
    for step in all_taken():
        for say in step.says:
            assert "  " not in say.text, say.text
            assert " ," not in say.text, say.text
            assert " ." not in say.text, say.text
            assert "None" not in say.text, say.text
            assert "KSh\u00a00" not in say.text, say.text


def _of_the_file(value: object) -> bool:
    return isinstance(value, str)

"""Every case of every test file beside the YAML that ships, and what they reach together."""

from __future__ import annotations

import pytest

import engine
from engine.testing.coverage import line_of
from tests.yaml.shipped import DEFINITIONS, IDS, TESTS, all_taken, covered, played, release

REACHED = 1.0  # of states, transitions and rows; what ships does not go below it
BUTTONS, BUTTON, ROW, BODY = 3, 20, 24, 1024  # WhatsApp's limits for what can be tapped


@pytest.mark.parametrize("case", IDS, ids=IDS)
def test_a_case_beside_the_yaml_holds(case: str) -> None:
    result = played(case)
    if result.findings:
        pytest.fail("\n".join(map(str, result.findings)), pytrace=False)


def test_every_file_that_ships_has_its_tests_beside_it() -> None:
    beside = {path.with_name(path.name.replace(".test.yaml", ".yaml")) for path in TESTS}
    assert set(DEFINITIONS.values()) == beside


@pytest.mark.parametrize("file", DEFINITIONS)
def test_every_state_transition_and_row_is_reached(file: str) -> None:
    document = engine.load(DEFINITIONS[file].read_text(encoding="utf-8"), file)
    definition = f"{document.kind}:{document.name}"
    share = next(share for share in covered().shares() if share.definition == definition)
    missing = "\n".join(f"{file}:{line_of(document, path)}: {path}" for path in share.missing)
    assert share.reached >= REACHED, f"{definition}: {share.reached:.1%} reached; not reached:\n{missing}"


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
            assert "KSh 0" not in say.text, say.text


def test_every_text_that_ships_is_said_in_every_language() -> None:
    said = {(say.key, say.language) for step in all_taken() for say in step.says}
    labels = {choice.label for step in all_taken() if step.asked is not None for choice in step.asked.choices}
    for definition in release().by_hash.values():
        if not isinstance(definition, engine.Definition):
            continue
        for key, forms in definition.texts.items():
            for language, template in forms.items():
                assert (key, language) in said or template.source in labels or key in _ONE_WAY, (
                    definition,
                    key,
                    language,
                )


_ONE_WAY = ("in_swahili", "in_english")  # said to somebody who changes the language: alike in both


def _of_the_file(value: object) -> bool:
    return isinstance(value, str)

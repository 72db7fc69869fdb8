"""pytest collects the cases beside the YAML and shows why one failed."""

from __future__ import annotations

import pytest

from tests.testing.test_running import INNER, INNER_TEST, OFFER, OFFER_TEST, TABLE, TABLE_TEST
from tests.yaml.shipped import ROOT

PLUGIN = "composition.pytest_plugin"


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A business's own folder of YAML, apart from what ships, and pytest without any other plugin."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    flows = pytester.mkdir("flows")
    for name, text in {
        "offering.yaml": OFFER, "inner.yaml": INNER, "offering.test.yaml": OFFER_TEST, "inner.test.yaml": INNER_TEST,
        "sizes.yaml": TABLE, "sizes.test.yaml": TABLE_TEST,
    }.items():  # fmt: skip
        (flows / name).write_text(text, encoding="utf-8")
    return pytester


def _run(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return project.runpytest_inprocess("-p", PLUGIN, "-p", "no:cacheprovider", *arguments)


def test_every_case_is_an_item_and_a_failure_reads_as_in_the_command(project: pytest.Pytester) -> None:
    ran = _run(project)
    ran.assert_outcomes(passed=4, failed=3)
    ran.stdout.fnmatch_lines([
        "*FAILED flows/offering.test.yaml:4: a tap [[]en]*", "*test.yaml:7:55: state: expected calling; came done.",
        "*business │ Which colour?", "*customer │ blue", '*flows/offering.yaml:16: no   colour == "red"*',
    ])  # fmt: skip


def test_items_are_named_by_their_case_and_can_be_picked(project: pytest.Pytester) -> None:
    ran = _run(project, "--collect-only", "-q")
    ran.stdout.fnmatch_lines(["flows/offering.test.yaml::silence [[]sw]", "flows/sizes.test.yaml::facts 1"])
    _run(project, "-k", "silence").assert_outcomes(passed=2, deselected=5)
    _run(project, "flows/inner.test.yaml::yes [sw]").assert_outcomes(passed=1)
    _run(project, "-m", "aais", "flows/inner.test.yaml").assert_outcomes(passed=2)


def test_a_file_that_cannot_be_read_is_an_error_with_its_place(project: pytest.Pytester) -> None:
    (project.path / "flows/inner.test.yaml").write_text("tests: flow:inner\ncases: []\n", encoding="utf-8")
    ran = _run(project, "flows/inner.test.yaml")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(['*inner.test.yaml:2:8: error [[]wrong-type] "cases" is a list with at least one item.'])


def test_a_definition_that_does_not_compile_is_an_error_with_its_place(project: pytest.Pytester) -> None:
    (project.path / "flows/inner.yaml").write_text(INNER.replace("answer: done", "answer: gone"), encoding="utf-8")
    ran = _run(project, "flows/inner.test.yaml")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(['*flows/inner.yaml:7:*[[]unknown-state] There is no state "gone"*'])


def test_vocabulary_and_understanding_can_be_others(project: pytest.Pytester) -> None:
    project.makepyfile(
        ours="""
        from composition.definitions import registry as shipped
        from engine.model import Event

        def registry():
            return shipped()

        def understand(expectation, message, **setting):
            return Event(name="unclear", data={"text": message["text"]})
    """
    )
    project.makeini("[pytest]\npythonpath = .\naais_registry = ours:registry\naais_understand = ours:understand\n")
    _run(project, "flows/inner.test.yaml").assert_outcomes(failed=2)
    project.makeini("[pytest]\naais_registry = nowhere:registry\n")
    ran = _run(project, "flows/inner.test.yaml")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*'nowhere:registry' in pytest's configuration is not module:function*"])


def test_a_file_apart_is_played_with_what_stands_around(project: pytest.Pytester) -> None:
    apart = project.mkdir("apart")
    (apart / "mine.yaml").write_text(OFFER.replace("flow: offering", "flow: mine"), encoding="utf-8")
    (apart / "mine.test.yaml").write_text(OFFER_TEST.replace("flow:offering", "flow:mine"), encoding="utf-8")
    _run(project, "apart").assert_outcomes(passed=2, failed=2)


def test_the_suite_of_this_repository_collects_what_ships(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.has_plugin(PLUGIN)
    assert {"flows", "rules"} <= {str(path) for path in pytestconfig.getini("testpaths")}
    assert (ROOT / "flows" / "booking.test.yaml").exists()

"""A report as JUnit XML, which every CI server can show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from engine.testing.report import Report, Result
from engine.testing.showing import result_text

_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold


def junit(report: Report) -> str:
    """One `testsuite` a file; a file that cannot be read is a suite with an error."""
    by_file: dict[str, list[Result]] = {}
    for result in report.results:
        by_file.setdefault(result.file, []).append(result)
    suites = [_suite(file, results) for file, results in by_file.items()]
    for finding in report.findings:
        suites.append(
            f'<testsuite name={_attribute(finding.file)} tests="1" failures="0" errors="1">\n'
            f"<testcase classname={_attribute(finding.file)} name={_attribute(f'line {finding.line}')}>"
            f"<error message={_attribute(finding.reason)}>{_text(str(finding))}</error></testcase>\n</testsuite>"
        )
    total = len(report.results) + len(report.findings)
    head = f'<testsuites tests="{total}" failures="{len(report.failed)}" errors="{len(report.findings)}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>", ""])


def _suite(file: str, results: list[Result]) -> str:
    failed = sum(result.outcome == "failed" for result in results)
    head = (
        f'<testsuite name={_attribute(file)} tests="{len(results)}" failures="{failed}" errors="0" '
        f'time="{sum(result.seconds for result in results):.3f}">'
    )
    return "\n".join([head, *_cases(results), "</testsuite>"])


def _cases(results: Iterable[Result]) -> Iterable[str]:
    for result in results:
        head = (
            f"<testcase classname={_attribute(result.tests)} name={_attribute(result.title)} "
            f'file={_attribute(result.file)} line="{result.line}" time="{result.seconds:.3f}"'
        )
        if result.outcome == "held":
            yield f"{head}/>"
            continue
        message = _attribute("; ".join(failure.finding.reason for failure in result.failures))
        yield f"{head}><failure message={message}>{_text(result_text(result))}</failure></testcase>"


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("?", text))


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("?", text), {"\n": "&#10;"})

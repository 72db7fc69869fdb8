"""The catalogue of everything that can be found in YAML: one entry a code, by family. Severities are set here.

`docs/codes/` is written out of it (`python -m tools.codes`), and a test runs every example.
"""

from __future__ import annotations

from engine.codes import deciding, form, naming, promising, reading, remembering, testing, valuing, walking
from engine.codes.code import Code
from engine.findings import Severity

FAMILIES: dict[str, tuple[Code, ...]] = {
    "Reading the file": reading.CODES,
    "Form": form.CODES,
    "Names": naming.CODES,
    "Expressions and texts": valuing.CODES,
    "Ways through a definition": walking.CODES,
    "Guards and rows": deciding.CODES,
    "Data and what people see": remembering.CODES,
    "Promises": promising.CODES,
    "Test files": testing.CODES,
}
CODES: dict[str, Code] = {code.code: code for family in FAMILIES.values() for code in family}


def severity(code: str) -> Severity:
    """error: it cannot run, or is surely wrong. warning: it is probably not what was meant. note: advice.

    What is not in the catalogue is found while tests run, and is an error.
    """
    known = CODES.get(code)
    return known.severity if known is not None else "error"

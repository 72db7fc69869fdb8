"""The example on the page about ads runs, and says what the page says."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "ads.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_says_what_stands_below_it() -> None:
    code, said = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", TEXT, re.DOTALL).groups()
    with redirect_stdout(StringIO()) as printed:
        exec(code, {})  # noqa: S102 - our own page
    assert printed.getvalue() == said

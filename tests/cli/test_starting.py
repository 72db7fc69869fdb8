"""What a command brings along: what it never asks for must not make everybody wait for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("imports", "spared"),
    [
        ("cli, cli.check, cli.test, cli.prove, cli.diff", ("aiohttp", "httpx", "numpy", "scipy", "sqlite3")),
        ("cli, cli.serve, composition.demo", ("numpy", "scipy", "PIL", "fpdf", "boto3", "pymongo", "arq")),
    ],
    ids=["a check of files", "the demo's server"],
)
def test_a_command_starts_without_what_it_may_never_need(imports: str, spared: tuple[str, ...]) -> None:
    code = f"import sys, {imports}; print(*[each for each in {spared!r} if each in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []

"""Pin every dependency with its hashes, naming no registry: requirements/{run,dev,bench,assets}.lock.

Later files are resolved under the pins of the earlier ones, so that one environment can hold all three.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"run": ["mongo", "redis", "s3"], "dev": ["mongo", "redis", "dev"], "bench": ["mongo", "redis", "dev", "bench"]}


def main() -> int:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    constraints: list[str] = []
    for name, extras in LOCKS.items():
        target = ROOT / "requirements" / f"{name}.lock"
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--python-version", "3.11"]
        command += ["--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header", "--upgrade"]
        command += [part for extra in extras for part in ("--extra", extra)]
        command += [part for path in constraints for part in ("--constraint", path)]
        subprocess.run([*command, "pyproject.toml", "requirements/build.in", "-o", str(target)], cwd=ROOT, check=True)
        constraints = [str(target.relative_to(ROOT))]
    # Node, for machines that have none: only the bundler needs it, so it is not in the other files.
    target = ROOT / "requirements" / "assets.lock"
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-emit-index-url", "--no-annotate", "--no-header", "--upgrade"]
    subprocess.run([*command, "requirements/assets.in", "-o", str(target)], cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

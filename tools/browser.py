"""See to it that the browser tests have a Chromium and a font with emoji: Debian's packages, installed once as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
EMOJI = "fonts-noto-color-emoji"  # without it a picture of the phone has boxes where people wrote 👋


def main() -> int:
    missing = [*([] if has_browser() else ["chromium"]), *([] if has_emoji() else [EMOJI])]
    if not missing:
        return 0
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return _ask_for(missing)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], check=True, env=environment
    )
    return 0


def has_browser() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def has_emoji() -> bool:
    """Whether some font can draw emoji; where nobody can tell, it is taken to be so."""
    if not shutil.which("fc-list"):
        return has_browser() and not shutil.which("apt-get")
    listed = subprocess.run(["fc-list", ":lang=und-zsye"], capture_output=True, text=True, check=False)
    return listed.returncode != 0 or bool(listed.stdout.strip())


def _ask_for(missing: list[str]) -> int:
    """The tests run without the font, but not without the browser."""
    said = f"Missing for the browser tests: {', '.join(missing)}. On Debian or Ubuntu: sudo apt-get install"
    print(f"{said} {' '.join(missing)}. Elsewhere put `chromium` on the PATH.", file=sys.stderr)
    return 1 if "chromium" in missing else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""See to it that a Chromium is there for the browser tests: Debian's package, installed once as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def main() -> int:
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return 0
    if not shutil.which("apt-get") or os.geteuid() != 0:
        print(
            "The browser tests need Chromium, and it is not installed. On Debian or Ubuntu: "
            "sudo apt-get install chromium. Elsewhere install Chromium so that `chromium` is on the PATH.",
            file=sys.stderr,
        )
        return 1
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    packages = ["chromium", "fonts-noto-color-emoji"]
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=True, env=environment
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Small pictures of the console for the documentation, out of what `make screenshots` has made.

WebP, since pages are mostly flat colour: a tenth of the PNG. `python -m tools.pictures` reads build/screenshots and
writes docs/images; a picture that would weigh more than LARGEST is made coarser until it does not.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
TAKEN, SHOWN = ROOT / "build" / "screenshots", ROOT / "docs" / "images"
GUIDE = {  # the guided tour of docs/console.md: which picture, at which width
    "today": "desk", "conversation": "desk", "bookings-week": "desk", "workshop": "desk", "try-a-draft": "desk",
    "publish": "desk", "replay-found": "desk", "ads-launch-asked": "desk", "campaign": "desk", "journal": "desk",
    "settings": "desk", "team": "desk", "tasks": "phone", "bookings": "phone",
}  # fmt: skip
README = ("workshop-desk.png",)  # copied as it is
LARGEST = 60 * 1024
WIDEST = 1100


def shrunk(path: Path) -> bytes:
    """At most LARGEST bytes."""
    picture = Image.open(path).convert("RGB")
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, round(picture.height * WIDEST / picture.width)), Image.Resampling.LANCZOS)
    for quality in range(85, 20, -10):
        made = BytesIO()
        picture.save(made, "WEBP", quality=quality, method=6)
        if made.tell() <= LARGEST:
            return made.getvalue()
    raise ValueError(f"{path.name} stays above {LARGEST // 1024} KB")


def main() -> int:
    missing = [name for name, size in GUIDE.items() if not (TAKEN / f"{name}-{size}.png").is_file()]
    if missing:
        print(f"No picture of {', '.join(missing)} in {TAKEN.relative_to(ROOT)}: run make screenshots.")
        return 1
    for name, size in GUIDE.items():
        (SHOWN / f"{name}-{size}.webp").write_bytes(shrunk(TAKEN / f"{name}-{size}.png"))
    for name in README:
        (SHOWN / name).write_bytes((TAKEN / name).read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())

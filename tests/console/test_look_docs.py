"""docs/console.md says of roles what the table says, and shows the pages as they are."""

from __future__ import annotations

from people.roles import ROLES, TABLE
from tests.console.conftest import ROOT
from tools.pictures import GUIDE, LARGEST

PAGE = ROOT / "docs" / "console.md"
STAR = " \\*"
BEGIN, END = "<!-- roles -->\n", "<!-- /roles -->"


def roles_table() -> str:
    """As it stands in the documentation."""
    lines = [f"| May … | {' | '.join(ROLES)} |", "|---|" + ":-:|" * len(ROLES)]
    for permission in TABLE:
        marks = " | ".join("✓" if role in permission.roles else "" for role in ROLES)
        lines.append(f"| {permission.doc}{STAR if permission.strong else ''} | {marks} |")
    return "\n".join(lines) + "\n"


def test_the_table_of_roles_is_the_one_that_counts() -> None:
    stands = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert stands == roles_table(), f"put this between the marks in {PAGE.name}:\n{roles_table()}"


def test_every_picture_is_there() -> None:
    for name in PAGE.read_text(encoding="utf-8").split("(images/")[1:]:
        assert (PAGE.parent / "images" / name.partition(")")[0]).is_file(), name


def test_the_tour_shows_what_make_screenshots_takes_and_loads_on_a_phone() -> None:
    shown = {name.partition(")")[0] for name in PAGE.read_text(encoding="utf-8").split("(images/")[1:]}
    assert shown == {f"{name}-{size}.webp" for name, size in GUIDE.items()}
    for name in shown:
        assert (PAGE.parent / "images" / name).stat().st_size <= LARGEST, name

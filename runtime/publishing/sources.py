"""The YAML of a release as it was written, with the tests beside it; its name is the hash of its content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import msgspec

from storage.store import Document

TEST = ".test.yaml"
_HEAD = re.compile(r"^(flow|lifecycle|rules|tests):[ \t]*[\"']?([a-z][a-z0-9_:]*)", re.MULTILINE)


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """File name -> text: definitions, and the tests beside them (which no machine runs on)."""

    files: dict[str, str] = {}
    tests: dict[str, str] = {}

    @property
    def id(self) -> str:
        """ "release:<hash>": the same for the same content, wherever it was read."""
        whole = msgspec.json.encode({"files": self.files, "tests": self.tests}, order="sorted")
        return "release:" + hashlib.sha256(whole).hexdigest()[:32]

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Sources:
        """Tells tests from definitions by their names."""
        return cls(
            files={file: text for file, text in sorted(texts.items()) if not file.endswith(TEST)},
            tests={file: text for file, text in sorted(texts.items()) if file.endswith(TEST)},
        )

    @property
    def texts(self) -> dict[str, str]:
        return {**self.files, **self.tests}

    def replaced(self, texts: Mapping[str, str], folders: tuple[str, ...] = ()) -> Sources:
        """With these files in the place of their namesakes, and of all that stood in `folders`; the rest stays.

        A definition is the namesake of one of the same kind and name, whatever its file; a test file is that of one
        that tests the same. So a definition that comes without its tests has to stand up to those that were there.
        """
        named = {name for text in texts.values() if (name := _name(text)) is not None}
        kept = {
            file: text
            for file, text in self.texts.items()
            if _name(text) not in named and not any(file.startswith(f"{folder}/") for folder in folders)
        }
        return Sources.of({**kept, **texts})

    def row(self, org: str) -> Document:
        """What `definitions` keeps of it, for good."""
        return {
            "org": org,
            "name": "",
            "files": [{"file": file, "text": text} for file, text in sorted(self.files.items())],
            "tests": [{"file": file, "text": text} for file, text in sorted(self.tests.items())],
        }


def read_row(row: Document) -> Sources:
    return Sources(
        files={item["file"]: item["text"] for item in row["files"]},
        tests={item["file"]: item["text"] for item in row.get("tests") or ()},
    )


def _name(text: str) -> tuple[str, str] | None:
    """("flow", "booking"), or ("tests", "flow:booking")."""
    found = _HEAD.search(text)
    return (found[1], found[2]) if found is not None else None

"""What the workshop's addresses say to what is no file, or no text that can be worked with."""

from __future__ import annotations

from engine.findings import Findings
from web.api.endpoint import Refusal
from workshop.workbench import NoFile, named


def file_named(written: str) -> str:
    try:
        return named(written)
    except NoFile as error:
        raise Refusal(
            404, "no-file", "There is no such file.", "A name is like flows/booking.yaml or rules/routing.yaml."
        ) from error


def broken(found: Findings) -> Refusal:
    return Refusal(409, "does-not-compile", said(found), "Mend what is underlined first.")


def said(found: Findings) -> str:
    first = found.findings[0]
    return f"{first.file}:{first.line}: {first.reason}"

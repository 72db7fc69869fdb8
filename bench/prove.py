"""How long `aais prove` takes for all promises that ship, and for the dangerous edit of the booking flow."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import language
from bench.figures import Figure, figure
from composition.definitions import compile_sources, read_sources, registry, yaml_files
from engine.proving import prove

ROOT = Path(__file__).resolve().parents[1]
SAFE, DANGEROUS = "set: {booking: event.booking}, to: paying}", "set: {booking: event.booking}, to: confirming}"


def run() -> list[Figure]:
    """All figures of this file, in a few seconds."""
    rooms = registry()
    sources = read_sources(yaml_files([ROOT / "flows", ROOT / "rules"]))
    release = compile_sources(sources)
    began = perf_counter()
    verdicts = prove(release, rooms, understand=language.understand)
    seconds = perf_counter() - began
    assert {verdict.answer for verdict in verdicts} == {"proved"}
    booking = str(ROOT / "flows" / "booking.yaml")
    edited = compile_sources({**sources, booking: sources[booking].replace(SAFE, DANGEROUS)})
    began = perf_counter()
    (first, *_) = prove(edited, rooms, only=["flow:booking"], understand=language.understand)
    found = perf_counter() - began
    assert first.answer == "broken"
    return [
        figure(f"prove.all {len(verdicts)} promises that ship", seconds, "s", 20),
        figure("prove.confirmation before payment", found, "s", 20),
    ]

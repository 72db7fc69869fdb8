"""Reading /metrics as Prometheus does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.server import Server


async def metrics_of(server: Server, family: str = "aais_events") -> dict[str, float]:
    """The samples of a family by their labels' values, joined with dots."""
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"{server.url}/metrics")).text
    return {
        ".".join(sample.labels[name] for name in sample.labels): sample.value
        for found in text_string_to_metric_families(text)
        if found.name == family
        for sample in found.samples
        if not sample.name.endswith("_created")
    }


@asynccontextmanager
async def rise(server: Server, name: str) -> AsyncIterator[None]:
    """What is done inside must count `name` once."""
    before = (await metrics_of(server)).get(name, 0)
    yield
    assert (await metrics_of(server)).get(name, 0) == before + 1, name

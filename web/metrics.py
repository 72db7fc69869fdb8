"""The house's counters as Prometheus reads them. Implements `runtime.metrics.Metrics` and the channels' counters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

log = structlog.get_logger("runtime")
Depth = Callable[[], Awaitable[dict[str, int]]]


class Prometheus:
    """Counts by name: `aais_events_total{name}`, `aais_alerts_total{name}`; queue depths are read when asked."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._events = Counter("aais_events", "What happened, by name.", ["name"], registry=self.registry)
        self._known: dict[str, Counter] = {}
        self._alerts = Counter("aais_alerts", "What a person has to look at.", ["name"], registry=self.registry)
        self._queues = Gauge("aais_queue_depth", "Rows that wait.", ["queue", "state"], registry=self.registry)
        self._requests = Histogram(
            "aais_http_seconds",
            "Time to answer, by route.",
            ["route", "status"],
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=self.registry,
        )

    def count(self, name: str, amount: int = 1) -> None:
        counter = self._known.get(name)
        if counter is None:
            counter = self._known[name] = self._events.labels(name)
        counter.inc(amount)

    def alert(self, name: str, detail: str) -> None:
        self._alerts.labels(name).inc()
        log.warning("alert", alert=name, detail=detail)

    def observe(self, route: str, status: int, seconds: float) -> None:
        self._requests.labels(route, str(status)).observe(seconds)

    def view(self, depths: Depth) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def metrics(_request: web.Request) -> web.Response:
            for key, waiting in (await depths()).items():
                queue, _, state = key.partition(".")
                self._queues.labels(queue, state).set(waiting)
            answer = web.Response(body=generate_latest(self.registry))
            answer.headers["Content-Type"] = CONTENT_TYPE_LATEST
            return answer

        return metrics

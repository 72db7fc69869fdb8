"""The house's counters as Prometheus reads them. Implements `runtime.metrics.Metrics` and the channels' counters."""

from __future__ import annotations

from collections import Counter as Tally
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
        self._counted: Tally[str] = (
            Tally()
        )  # since anybody asked: a message counts a dozen things, with a lock for each
        self._events = Counter("aais_events", "What happened, by name.", ["name"], registry=self.registry)
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
        self._counted[name] += amount

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
            counted, self._counted = self._counted, Tally()
            for name, amount in counted.items():
                self._events.labels(name).inc(amount)
            answer = web.Response(body=generate_latest(self.registry))
            answer.headers["Content-Type"] = CONTENT_TYPE_LATEST
            return answer

        return metrics

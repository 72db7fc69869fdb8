"""Jobs on Redis by arq, for many worker processes. The only file that knows arq (extra `redis`)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.typing import WorkerCoroutine
from arq.worker import Function, Retry, Worker, func

from runtime.jobs import JobHandler

POLL_SECONDS = 0.02  # arq asks Redis this often; its own default of 0.5 would be felt in a conversation
TRIES = 5
JOB_SECONDS = 120


class ArqJobs:
    """`prefix` keeps installations on one Redis apart (QUEUE_PREFIX)."""

    local = False

    def __init__(self, url: str, *, prefix: str = "aais", poll_seconds: float = POLL_SECONDS) -> None:
        self._settings = RedisSettings.from_dsn(url)
        self._queue = f"{prefix}:jobs"
        self._poll = poll_seconds
        self._pool: ArqRedis | None = None
        self._opening = asyncio.Lock()
        self._worker: Worker | None = None
        self._polling: asyncio.Task[None] | None = None

    async def enqueue(self, name: str, key: str, payload: dict[str, Any], at: datetime | None = None) -> bool:
        pool = await self._connected()
        job = await pool.enqueue_job(name, payload, _job_id=f"{self._queue}:{key}", _defer_until=at)
        return job is not None

    async def _connected(self) -> ArqRedis:
        async with self._opening:
            if self._pool is None:
                self._pool = await create_pool(self._settings, default_queue_name=self._queue)
            return self._pool

    async def run(self, handlers: Mapping[str, JobHandler]) -> None:
        self._worker = Worker(
            functions=[_function(name, handler) for name, handler in handlers.items()],
            redis_pool=await self._connected(),
            queue_name=self._queue,
            poll_delay=self._poll,
            max_jobs=64,
            max_tries=TRIES,
            job_timeout=JOB_SECONDS,
            keep_result=0,
            handle_signals=False,
        )
        self._polling = asyncio.create_task(self._worker.main())
        await asyncio.wait((self._polling,))
        if not self._polling.cancelled():
            self._polling.result()

    async def close(self) -> None:
        """No more jobs are taken; those in hand are finished (arq's own close would cancel them)."""
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.wait((self._polling,))
        if self._worker is not None:
            await asyncio.gather(*self._worker.tasks.values(), return_exceptions=True)
        if self._pool is not None:
            await self._pool.aclose()


def _function(name: str, handler: JobHandler) -> Function:
    async def call(context: dict[Any, Any], payload: dict[str, Any]) -> None:
        try:
            await handler(payload)
        except Exception as error:
            raise Retry(defer=min(60, 2 ** context["job_try"])) from error

    return func(cast(WorkerCoroutine, call), name=name, keep_result=0)

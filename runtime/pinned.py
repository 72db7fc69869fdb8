"""A connection that goes to the addresses that were judged (`runtime.addresses`) and nowhere else."""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from runtime.addresses import Judged


class Pinned(AbstractResolver):
    """Answers for the one host with what was judged, and is never asked again where it leads."""

    def __init__(self, judged: Judged) -> None:
        self._host = judged.host
        self._addresses = tuple(str(address) for address in judged.addresses)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host.rstrip(".").lower() != self._host:
            raise OSError(f"{host} was not judged")
        return [
            ResolveResult(
                hostname=host, host=address, port=port, proto=0, flags=socket.AI_NUMERICHOST,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            )
            for address in self._addresses
        ]  # fmt: skip

    async def close(self) -> None:
        return None

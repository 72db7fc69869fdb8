"""A server of the benchmark's own: the shipped YAML, businesses with a number each, and a Graph API of our choosing.

It is `aais serve` as an operator runs it, without the demo: SQLite in a folder of its own with synchronous=FULL,
signed webhooks, sealed tokens. Offers ask for no deposit, since M-Pesa is not what is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from composition.settings import Settings
from composition.settings import read as read_settings
from composition.stores import opened_store, vault
from crm import orgs
from storage.store import Insert, Op
from storage.vault import new_master_key

ROOT = Path(__file__).resolve().parent.parent
APP_SECRET = "bench-app-secret"
TOKEN = "bench-access-token"
BUSINESSES = 20  # a number is sent from at 80 messages a second at most, so that one alone would be the bottleneck
_HOURS = {day: [["07:00", "19:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
_OURS = (
    "PYTHONDONTWRITEBYTECODE",
    "MONGODB",
    "REDIS",
    "MPESA",
    "WHATSAPP",
    "GRAPH",
    "DARAJA",
    "ENCRYPTION",
    "QUEUE",
    "FLOWS",
    "RULES",
    "APP_URL",
)


class NotReady(Exception):
    """The server ended, or did not answer in time; the text has what it said."""


def surroundings() -> dict[str, str]:
    """The environment without settings of ours, and with compiled modules kept, as they are after any first start."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def number_of(place: int) -> str:
    """The WhatsApp phone number id of a business."""
    return f"1000000001{place:05}"


def org_of(place: int) -> str:
    return f"bench-{place}"


class House:
    """One data folder with its settings. `graph` is the base address of the Graph API that it sends to."""

    def __init__(self, folder: Path, graph: str) -> None:
        self.folder = folder
        self.port = free_port()
        own = {
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "ENCRYPTION_KEY": new_master_key(),
            "WHATSAPP_WEBHOOK_SECRET": APP_SECRET,
            "WHATSAPP_VERIFY_TOKEN": "bench",
            "GRAPH_API_URL": graph,
            "PYTHONPATH": str(ROOT),
        }
        self.environment = {**surroundings(), **own}
        self.settings: Settings = read_settings(self.environment)

    async def furnish(self, businesses: int = BUSINESSES) -> None:
        """Make the businesses, each with a number, a token, resources and offers."""
        async with opened_store(self.settings) as store:
            keys = vault(store, self.settings)
            for place in range(businesses):
                await orgs.create(store, _business(place))
                await orgs.set_secrets(store, keys, org_of(place), {"whatsapp_token": TOKEN})
                await store.org(org_of(place)).commit(_stock(org_of(place)))

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[bytes]]:
        """The server as a process, ready for requests; told to stop on leaving."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli", "serve"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        try:
            self._until_ready(process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @asynccontextmanager
    async def served(self) -> AsyncIterator[int]:
        """The same from an event loop, which goes on meanwhile; yields the process id."""
        serving = self.serving()
        process = await asyncio.to_thread(serving.__enter__)
        try:
            yield process.pid
        finally:
            await asyncio.to_thread(serving.__exit__, None, None, None)

    def store_megabytes(self) -> float:
        """What the store takes on disk."""
        return sum(path.stat().st_size for path in self.folder.glob("*.sqlite*")) / 2**20

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def said(self) -> str:
        """The end of the server's log."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-4000:] if self._log.exists() else ""

    def _until_ready(self, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            if process.poll() is not None:
                raise NotReady(f"the server ended with {process.returncode}:\n{self.said()}")
            if answers_ready(self.port):
                return
            time.sleep(0.005)
        raise NotReady(f"the server was not ready within {seconds:g} s:\n{self.said()}")


def answers_ready(port: int) -> bool:
    """Whether GET /readyz is answered with 200 now."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        return connection.recv(64).startswith(b"HTTP/1.1 200")
    return False


class Memory(NamedTuple):
    """Resident megabytes: all, and without the pages of mapped files, which the system may take back."""

    resident: float
    anonymous: float


def memory_of(pid: int) -> Memory:
    """Memory of a process, from /proc."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return Memory(*(int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")))


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used, from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _business(place: int) -> orgs.NewOrg:
    return orgs.NewOrg(
        id=org_of(place),
        name=f"Duka {place}",
        phone=f"+2547090{place:05}",
        address="Moi Avenue, Nairobi",
        channels=({"channel": "whatsapp", "address": number_of(place)},),
    )


def _stock(org: str) -> list[Op]:
    """Enough room that nobody is turned away: every answer of the walk is then a known one."""
    resources = [f"{org}.chair-{number}" for number in (1, 2)]
    ops: list[Op] = [
        Insert(
            "resources",
            {"_id": id, "name": id, "capacity": 20, "hours": _HOURS, "breaks": {}, "closed": [], "active": True},
        )
        for id in resources
    ]
    for order in range(1, 6):
        ops.append(Insert("offers", _offer(org, order, resources)))
    return ops


def _offer(org: str, order: int, resources: list[str]) -> dict[str, Any]:
    return {
        "_id": f"{org}.offer-{order}",
        "name": {"en": f"Service {order}", "sw": f"Huduma {order}"},
        "description": {"en": "KES 1,500, 30 minutes", "sw": "KSh 1,500, dakika 30"},
        "price": 150_000,
        "deposit": 0,
        "currency": "KES",
        "unit": "time",
        "duration_minutes": 30,
        "granularity_minutes": 30,
        "notice_minutes": 120,
        "horizon_days": 30,
        "resources": resources,
        "active": True,
        "order": order,
    }


def furnished(folder: Path, graph: str, businesses: int = BUSINESSES) -> House:
    """A house with its businesses, made from synchronous code."""
    house = House(folder, graph)
    asyncio.run(house.furnish(businesses))
    return house

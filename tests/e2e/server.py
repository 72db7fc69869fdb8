"""The real server as a process of its own, with its simulated providers, and a customer's phone to hold."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

ROOT = Path(__file__).resolve().parents[2]
CLINIC, APARTMENTS = "100000000000001", "100000000000002"
CLINIC_ORG = "tabasamu-dental"


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Server:
    """One `aais serve --demo`. `start` again after `kill` finds the same data. `settings` go into its environment."""

    def __init__(self, data_dir: Path, *arguments: str, **settings: str) -> None:
        self.arguments = arguments
        self.data_dir = data_dir
        self.settings = settings
        self.port, self.sandbox_port = free_ports(2)
        self.log = data_dir / "server.log"
        self.process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str:
        return self.settings.get("SANDBOX_URL") or f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {"DATA_DIR": str(self.data_dir), "PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port)}
        return {**os.environ, **own, "SANDBOX_SPEED": "20", "PYTHONPATH": str(ROOT), **self.settings}

    async def start(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if not self.settings.get("SANDBOX_URL"):
            self._begin_on_a_wednesday_morning()
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "cli", "serve", "--demo", *self.arguments,
                cwd=ROOT, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        async with httpx.AsyncClient() as http:
            for _ in range(1200):  # a minute: it ends sooner by itself where it cannot begin
                if self.process.returncode is not None:
                    raise AssertionError(f"the server ended:\n{self.log.read_text()}")
                try:
                    if (await http.get(f"{self.url}/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        raise AssertionError(f"the server did not get ready:\n{self.log.read_text()}")

    def _begin_on_a_wednesday_morning(self) -> None:
        """Whenever the tests run, the clinic has a whole day and a working week ahead of it."""
        clock = self.data_dir / "demo.clock"
        if not clock.exists():
            now = datetime.now(ZoneInfo("Africa/Nairobi"))
            ahead = timedelta(days=(2 - now.weekday()) % 7 or 7)
            morning = (now + ahead).replace(hour=8, minute=0, second=0, microsecond=0)
            clock.write_text(str((morning - now).total_seconds()))

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """Ask it to end, as an operator would."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 30)

    async def later(self, seconds: float) -> None:
        """Stop, and start again with the clock that far ahead, as if nobody had looked meanwhile."""
        assert await self.stop() == 0
        clock = self.data_dir / "demo.clock"
        ahead = float(clock.read_text()) if clock.exists() else 0.0
        clock.write_text(str(ahead + seconds))
        await self.start()

    async def aais(self, *arguments: str) -> tuple[int, str]:
        """A command on this server's data (the server must not be running: the store has one owner)."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli", *arguments, cwd=ROOT, env=self.environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()


@asynccontextmanager
async def running(data_dir: Path, **settings: str) -> AsyncIterator[Server]:
    server = Server(data_dir, **settings)
    await server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.returncode is None:
            await server.stop()


class Phone:
    """A customer's phone, held by its control API: what it shows, and what a thumb can do."""

    def __init__(self, server: Server, customer: str, business: str = CLINIC) -> None:
        self._base = f"{server.sandbox}/control"
        self._customer = customer
        self._business = business
        self._http = httpx.AsyncClient(timeout=30)
        self._seen = 0

    async def close(self) -> None:
        await self._http.aclose()

    async def look(self) -> dict[str, Any]:
        answer = await self._http.get(
            f"{self._base}/customers/{self._customer}/phone", params={"business": self._business}
        )
        answer.raise_for_status()
        return answer.json()  # type: ignore[no-any-return]

    async def say(self, text: str) -> None:
        await self._post(
            f"customers/{self._customer}/messages", {"business": self._business, "kind": "text", "text": text}
        )

    async def tap(self, label: str) -> None:
        """Tap the newest choice with this label (or the first that begins so)."""
        for bubble in reversed((await self.look())["bubbles"]):
            for choice in choices(bubble):
                if choice["title"].lower().startswith(label.lower()):
                    await self.tap_on(bubble, choice)
                    return
        raise AssertionError(f"nothing to tap says {label!r}: {await self.transcript()}")

    async def tap_first(self) -> None:
        for bubble in reversed((await self.look())["bubbles"]):
            if choices(bubble):
                await self.tap_on(bubble, choices(bubble)[0])
                return
        raise AssertionError(f"nothing to tap: {await self.transcript()}")

    async def tap_on(self, bubble: dict[str, Any], choice: dict[str, Any]) -> None:
        body = {"business": self._business, "message": bubble["id"], "choice": choice["id"]}
        await self._post(f"customers/{self._customer}/taps", body)

    async def hear(self, *parts: str, seconds: float = 20) -> str:
        """Wait for the business's next message; all `parts` must be in it."""
        for _ in range(int(seconds / 0.05)):
            said = [bubble for bubble in (await self.look())["bubbles"] if bubble["author"] == "business"]
            if len(said) > self._seen:
                self._seen += 1
                text = str(said[self._seen - 1]["content"])
                for part in parts:
                    assert part.lower() in text.lower(), f"{part!r} is not in {text!r}"
                return text
            await asyncio.sleep(0.05)
        raise AssertionError(f"no message with {parts} came; the phone shows {await self.transcript()}")

    async def silent(self, seconds: float = 1.0) -> None:
        await asyncio.sleep(seconds)
        said = [bubble for bubble in (await self.look())["bubbles"] if bubble["author"] == "business"]
        assert len(said) == self._seen, await self.transcript()

    async def prompt(self, seconds: float = 20) -> dict[str, Any]:
        """The M-Pesa prompt on the screen."""
        for _ in range(int(seconds / 0.05)):
            mine = [prompt for prompt in (await self.look())["prompts"] if prompt["mine"]]
            if mine:
                return mine[0]  # type: ignore[no-any-return]
            await asyncio.sleep(0.05)
        raise AssertionError(f"no prompt came; the phone shows {await self.transcript()}")

    async def answer_prompt(self, action: str, **more: Any) -> None:
        prompt = await self.prompt()
        await self._post(f"prompts/{prompt['id']}", {"action": action, **more})

    async def top_up(self, balance: int) -> None:
        """Put money on the M-Pesa account, in whole shillings."""
        await self._post(f"customers/{self._customer}/money", {"balance": balance})

    async def skip(self, seconds: float) -> None:
        await self._post("clock", {"seconds": seconds})

    async def scenario(self, **behaviour: Any) -> None:
        answer = await self._http.put(f"{self._base}/scenario/{self._customer}", json=behaviour)
        answer.raise_for_status()

    async def transcript(self) -> list[str]:
        return [f"{bubble['author']}: {bubble['content']}" for bubble in (await self.look())["bubbles"]]

    async def _post(self, path: str, body: dict[str, Any]) -> None:
        answer = await self._http.post(f"{self._base}/{path}", json=body)
        assert answer.status_code < 300, answer.text


def choices(bubble: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons and rows of a bubble."""
    content = bubble["content"]
    found: list[dict[str, Any]] = list(content.get("buttons") or ())
    for section in content.get("sections") or ():
        found += section["rows"]
    return found

"""`aais chat`: the demo's conversation in a terminal, over the same simulated providers as the phone page.

Talks to a demo that is running, or starts one for itself in a folder that is thrown away afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from contextlib import AsyncExitStack
from typing import Any

import httpx

import server
from cli.errors import CommandError
from composition import demo
from composition.settings import Settings, read
from crm.seed import NUMBERS
from web.logs import configure

HELP = """Type what the customer would write, or the number of a choice. Also:
  /pin 1234   /cancel   /ignore      answer the M-Pesa prompt
  /skip 2h    (s, m, h, d)           move the clock on
  /quit"""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def add(subparsers: Any) -> None:
    command = subparsers.add_parser("chat", help="chat as a customer, in this terminal")
    command.add_argument("--business", choices=sorted(NUMBERS), default=sorted(NUMBERS)[-1])
    command.add_argument("--customer", default="wanjiku", help="wanjiku, juma (Swahili), amina (no phone shown), brian")
    command.set_defaults(run=_chat)


async def _chat(options: argparse.Namespace) -> int:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=30, trust_env=False))
        settings = read(demo=True)
        if not await _answers(http, demo.phone_url(settings)):
            settings = await _own_demo(stack)
        phone = _Phone(http, demo.phone_url(settings), options.customer, NUMBERS[options.business])
        print(HELP)
        await phone.check()
        reader = asyncio.create_task(_lines(phone))
        watcher = asyncio.create_task(phone.watch())
        done, waiting = await asyncio.wait({reader, watcher}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for task in done:
            task.result()
    return 0


async def _answers(http: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await http.get(f"{address}control/state", timeout=1)).status_code == 200
    except httpx.TransportError:
        return False


async def _own_demo(stack: AsyncExitStack) -> Settings:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="aais-chat-"))
    settings = read({**os.environ, "DATA_DIR": folder}, demo=True)
    configure("console", stream=open(os.devnull, "w"))  # noqa: SIM115, ASYNC230 - lives as long as the process
    await stack.enter_async_context(server.serving(settings))
    return settings


async def _lines(phone: _Phone) -> None:
    """What is typed, until the end of input or /quit."""
    loop = asyncio.get_running_loop()
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line or line.strip() == "/quit":
            await phone.settled()
            return
        if line.strip():
            await phone.take(line.strip())


class _Phone:
    """The customer's side: prints what is new, sends what is typed."""

    def __init__(self, http: httpx.AsyncClient, address: str, customer: str, business: str) -> None:
        self._http = http
        self._control = f"{address}control"
        self._customer = customer
        self._business = business
        self._printed: set[str] = set()
        self._choices: list[tuple[str, str]] = []
        self._prompt = ""

    async def check(self) -> None:
        answer = await self._get()
        if answer.status_code != 200:
            raise CommandError(f"there is no simulated customer {self._customer!r}: {answer.text}")

    async def watch(self) -> None:
        while True:
            self._show((await self._get()).json())
            await asyncio.sleep(0.15)

    async def settled(self) -> None:
        """Input may be a file: give the answers to its last line time to come."""
        quiet = 0
        while quiet < 8:
            before = len(self._printed)
            await asyncio.sleep(0.15)
            quiet = quiet + 1 if len(self._printed) == before else 0

    async def take(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "/pin":
            await self._answer({"action": "pin", "pin": rest.strip()})
        elif word in ("/cancel", "/ignore"):
            await self._answer({"action": word[1:]})
        elif word == "/skip":
            await self._skip(rest.strip())
        elif line.isdecimal() and 1 <= int(line) <= len(self._choices):
            message, choice = self._choices[int(line) - 1]
            body = {"business": self._business, "message": message, "choice": choice}
            await self._post(f"customers/{self._customer}/taps", body)
        else:
            body = {"business": self._business, "kind": "text", "text": line}
            await self._post(f"customers/{self._customer}/messages", body)

    async def _skip(self, by: str) -> None:
        if by[:-1].isdecimal() and by[-1:] in _UNITS:
            await self._post("clock", {"seconds": int(by[:-1]) * _UNITS[by[-1]]})
        else:
            print("  (say how far: /skip 30m, /skip 2h, /skip 1d)")

    async def _answer(self, answer: dict[str, str]) -> None:
        if self._prompt:
            await self._post(f"prompts/{self._prompt}", answer)
        else:
            print("  (there is no M-Pesa prompt on the phone)")

    def _show(self, phone: dict[str, Any]) -> None:
        for bubble in phone["bubbles"]:
            if bubble["id"] not in self._printed:
                self._printed.add(bubble["id"])
                if bubble["author"] == "business":
                    self._print(bubble)
        mine = [prompt for prompt in phone["prompts"] if prompt["mine"]]
        if mine and mine[0]["id"] != self._prompt:
            print(f"  [M-Pesa] Pay Ksh {mine[0]['amount']} to {mine[0]['merchant']}? /pin, /cancel or /ignore")
        self._prompt = mine[0]["id"] if mine else ""

    def _print(self, bubble: dict[str, Any]) -> None:
        content = bubble["content"]
        print(f"\n{phone_text(content)}", flush=True)
        rows = list(content.get("buttons") or ())
        for section in content.get("sections") or ():
            rows += section["rows"]
        if rows:
            self._choices = [(bubble["id"], row["id"]) for row in rows]
        for number, row in enumerate(rows, start=1):
            note = f"  ({row['description']})" if row.get("description") else ""
            print(f"  {number}. {row['title']}{note}", flush=True)

    async def _get(self) -> httpx.Response:
        return await self._http.get(
            f"{self._control}/customers/{self._customer}/phone", params={"business": self._business}
        )

    async def _post(self, path: str, body: dict[str, Any]) -> None:
        answer = await self._http.post(f"{self._control}/{path}", json=body)
        if answer.status_code >= 300:
            print(f"  ({answer.text})")


def phone_text(content: dict[str, Any]) -> str:
    """The words of a bubble."""
    return str(content.get("text") or content.get("body") or content.get("caption") or "")

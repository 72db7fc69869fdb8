"""Customers who get by: they answer whatever the business asks, once, and pay when their phone asks for the PIN.

Unlike the scripts of the main job they do not mind in which moment the server dies, nor a repeated line.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import httpx

from tests.e2e.server import Phone, choices

PIN = "1234"
_THINKS = (0.05, 0.6)  # seconds


def person(number: int, language: str, *, prefix: str = "crash", **profile: Any) -> dict[str, Any]:
    """A customer as the sandbox wants one."""
    name = f"{'Akinyi' if language == 'en' else 'Baraka'} Number{number}"
    return {
        "id": f"{prefix}{number}",
        "name": name,
        "msisdn": f"2547{number:03d}33{number:03d}",
        "language": language,
        **profile,
    }


class Walker:
    """One customer on the way to a booking. `acted` is called with each tap, text and PIN."""

    def __init__(self, phone: Phone, greeting: str, seed: int, acted: Callable[[], None]) -> None:
        self.phone = phone
        self._greeting = greeting
        self._random = random.Random(seed)
        self._acted = acted
        self._answered: set[str] = set()
        self._paid: set[str] = set()

    async def book(self) -> None:
        """Until the phone shows the confirmation."""
        await self.phone.say(self._greeting)
        self._acted()
        while not await self.booked():
            await asyncio.sleep(self._random.uniform(*_THINKS))
            await self._answer_what_is_asked()

    async def booked(self) -> bool:
        return any("booked, " in line or "umebook!" in line for line in await self.phone.transcript())

    async def _answer_what_is_asked(self) -> None:
        shown = await self.phone.look()
        for prompt in shown["prompts"]:
            if prompt["mine"] and prompt["id"] not in self._paid:
                await asyncio.sleep(self._random.uniform(0, 0.2))
                self._paid.add(prompt["id"])
                await self._quietly(self.phone.answer_prompt("pin", pin=PIN))
                return
        asked = [bubble for bubble in shown["bubbles"] if bubble["author"] == "business" and choices(bubble)]
        if asked and (key := _question(asked[-1])) not in self._answered:
            self._answered.add(key)
            offered = choices(asked[-1])
            # Buttons go on with the first one; of a list anything may be chosen.
            chosen = offered[0] if len(offered) <= 3 else self._random.choice(offered[:5])
            await self._quietly(self.phone.tap_on(asked[-1], chosen))

    async def _quietly(self, act: Any) -> None:
        """What a thumb does may come too late; whether that matters is seen at the end."""
        try:
            await act
        except (AssertionError, httpx.HTTPError):
            return
        self._acted()


def _question(bubble: dict[str, Any]) -> str:
    """The same question sent twice is one; asked again after something else it has other choices or another text."""
    return str(bubble["content"].get("text")) + "|".join(choice["id"] for choice in choices(bubble))

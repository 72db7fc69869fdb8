"""The M-Pesa side of a simulated phone: the PIN prompt, the account behind it and the messages M-Pesa sends.

A prompt belongs to a phone number, whoever owns it: a customer may give a friend's number to pay from.
"""

from __future__ import annotations

import asyncio
import secrets
import string
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from sandbox.settings import Merchant, SimulatedCustomer

_ALPHANUMERIC = string.ascii_uppercase + string.digits
_DAY_MARKS = string.digits + string.ascii_uppercase
_FIRST_LETTER_YEAR = 2006  # receipts of 2026 begin with U
DEFAULT_PIN = "1234"
DEFAULT_BALANCE = 5_000


class Prompt(msgspec.Struct, kw_only=True):
    """A request for a PIN that a handset shows. `state` is open, answered or expired."""

    checkout_id: str
    msisdn: str
    merchant: Merchant
    amount: int
    account: str
    shown_at: datetime
    expires_at: datetime
    state: str = "open"


class Sms(msgspec.Struct, frozen=True, kw_only=True):
    """A text message from M-Pesa."""

    id: str
    at: datetime
    text: str


class Handset(msgspec.Struct, kw_only=True):
    """One SIM with an M-Pesa account; amounts are whole Kenya shillings."""

    msisdn: str
    pin: str
    balance: int
    prompts: list[Prompt] = []
    messages: list[Sms] = []

    def open_prompt(self) -> Prompt | None:
        return next((prompt for prompt in self.prompts if prompt.state == "open"), None)


class Handsets:
    """Every SIM that was ever prompted, and the answers that Daraja waits for."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._by_msisdn: dict[str, Handset] = {}
        self._answers: dict[str, asyncio.Future[int]] = {}

    def of(self, msisdn: str, owner: SimulatedCustomer | None = None) -> Handset:
        """The SIM of a number; a number nobody owns gets an ordinary account."""
        handset = self._by_msisdn.get(msisdn)
        if handset is None:
            pin, balance = (owner.pin, owner.balance) if owner else (DEFAULT_PIN, DEFAULT_BALANCE)
            handset = self._by_msisdn[msisdn] = Handset(msisdn=msisdn, pin=pin, balance=balance)
        return handset

    def all(self) -> list[Handset]:
        return list(self._by_msisdn.values())

    def show(self, handset: Handset, prompt: Prompt) -> asyncio.Future[int]:
        """Put a prompt on the screen; the future is the result code it ends with."""
        handset.prompts.append(prompt)
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._answers[prompt.checkout_id] = answer
        return answer

    def find(self, checkout_id: str) -> tuple[Handset, Prompt] | None:
        for handset in self._by_msisdn.values():
            for prompt in handset.prompts:
                if prompt.checkout_id == checkout_id:
                    return handset, prompt
        return None

    def enter_pin(self, checkout_id: str, pin: str) -> bool:
        """The customer typed a PIN: 0, wrong PIN 2001 or too little money 1. False when the prompt is gone."""
        found = self.find(checkout_id)
        if found is None:
            return False
        handset, prompt = found
        if pin != handset.pin:
            return self.end(checkout_id, 2001)
        return self.end(checkout_id, 0 if handset.balance >= prompt.amount else 1)

    def end(self, checkout_id: str, code: int) -> bool:
        """Close an open prompt with a result code; False when it is not open any more."""
        found = self.find(checkout_id)
        if found is None or found[1].state != "open":
            return False
        found[1].state = "expired" if code == 1037 else "answered"
        self._answers.pop(checkout_id).set_result(code)
        return True

    def expire(self, now: datetime) -> None:
        """End what the clock has run out on; called after the clock was moved."""
        for handset in self._by_msisdn.values():
            for prompt in handset.prompts:
                if prompt.state == "open" and now >= prompt.expires_at:
                    self.end(prompt.checkout_id, 1037)

    def pay(self, handset: Handset, prompt: Prompt, now: datetime) -> str:
        """Move the money, send the customer M-Pesa's message and answer the receipt number."""
        handset.balance -= prompt.amount
        code = receipt(now.astimezone(self._zone))
        self.text(handset, self._confirmation(handset, prompt, code, now), now)
        return code

    def refuse(self, handset: Handset, prompt: Prompt, code: int, now: datetime) -> None:
        """M-Pesa's own message about a payment that failed, where it sends one."""
        if code == 1:
            message = (
                f"Failed. You do not have enough money in your M-PESA account to pay Ksh{prompt.amount:,}.00 to "
                f"{prompt.merchant.name}. Your M-PESA balance is Ksh{handset.balance:,}.00."
            )
            self.text(handset, message, now)
        elif code == 2001:
            self.text(handset, "Failed. You have entered the wrong PIN. Please try again.", now)

    def text(self, handset: Handset, message: str, now: datetime) -> None:
        handset.messages.append(Sms(id=secrets.token_hex(8), at=now, text=message))

    def _confirmation(self, handset: Handset, prompt: Prompt, code: str, now: datetime) -> str:
        local = now.astimezone(self._zone)
        hour = local.hour % 12 or 12
        stamp = f"{local.day}/{local.month}/{local:%y} at {hour}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"
        return (
            f"{code} Confirmed. Ksh{prompt.amount:,}.00 sent to {prompt.merchant.name} for account {prompt.account} "
            f"on {stamp}. New M-PESA balance is Ksh{handset.balance:,}.00. Transaction cost, Ksh0.00."
        )


def receipt(local: datetime) -> str:
    """Ten characters as M-Pesa makes them: year, month, day, then seven that only have to be new."""
    year = string.ascii_uppercase[(local.year - _FIRST_LETTER_YEAR) % 26]
    month = string.ascii_uppercase[local.month - 1]
    return year + month + _DAY_MARKS[local.day] + "".join(secrets.choice(_ALPHANUMERIC) for _ in range(7))


def expiry(shown_at: datetime, seconds: float) -> datetime:
    return shown_at + timedelta(seconds=seconds)

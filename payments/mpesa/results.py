"""How M-Pesa's result codes are read. What each means for the customer stands in `rules/mpesa_results.yaml`.

Codes come as numbers in callbacks and as text in queries; here they are text. `CODES` lists those that the rules
must have a row for (facts: Daraja's documentation and what integrators report), with Safaricom's meaning.
"""

from __future__ import annotations

from typing import Any

PAID = "0"
_PENDING = frozenset(["4999"])
_LONGEST = 40

CODES = {
    "0": "paid",
    "1": "the balance is insufficient, Fuliza included",
    "17": "M-Pesa cannot process it now, or one of its limits applies",
    "26": "the system is busy",
    "1001": "the subscriber is locked in another session",
    "1019": "expired before completion",
    "1025": "the prompt could not be sent",
    "1032": "cancelled by the customer",
    "1037": "no response, or the phone cannot be reached",
    "2001": "wrong PIN",
    "2028": "the shortcode may not do this",
    "4999": "still processing",
    "9999": "the prompt could not be sent",
}


def code_text(code: Any) -> str:
    """A result code as text; "" if it is none."""
    if isinstance(code, bool) or not isinstance(code, (int, float, str)):
        return ""
    if isinstance(code, float):
        return str(int(code)) if code.is_integer() and abs(code) < 1e12 else ""
    return str(code).strip()[:_LONGEST] if isinstance(code, str) else _digits(code)


def _digits(code: int) -> str:
    return str(code) if abs(code) < 10**12 else ""


def is_pending(code: str) -> bool:
    return code in _PENDING

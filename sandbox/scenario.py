"""How the simulated providers misbehave, chosen for one customer or for all, while they run.

The page and the tests set a `Behaviour` over the control API; the simulated Graph API and Daraja ask for the effective
one at the moment they act. A customer's own setting wins over the global one, field by field.
"""

from __future__ import annotations

from typing import Any

import msgspec

GLOBAL = "*"


class Behaviour(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Seconds for delays, counts for copies. None means: as the provider normally does."""

    # WhatsApp
    send_delay: float | None = None  # before the POST is answered
    send_error: int | None = None  # refuse the POST with this Graph code
    status_error: int | None = None  # accept, then report `failed` with this code
    status_before_answer: bool | None = None  # the first status arrives before the POST is answered
    status_delay: float | None = None  # between sent, delivered and read
    reorder_statuses: bool | None = None  # read, then delivered, then sent
    skip_statuses: tuple[str, ...] | None = None
    read_receipts: bool | None = None
    window_failure_late: bool | None = None  # 131047 as a later status in place of a refusal
    webhook_delay: float | None = None
    webhook_copies: int | None = None  # extra copies of every webhook
    drop_webhooks: bool | None = None
    # M-Pesa
    stk_error: str | None = None  # refuse the push with this Daraja errorCode
    ack_delay: float | None = None  # before the push is answered; the prompt shows at once
    force_result: int | None = None  # the prompt ends with this result code, without the customer
    answer: str | None = None  # the customer does this unasked: pin, wrong_pin, cancel, ignore
    answer_delay: float | None = None
    callback_delay: float | None = None
    callback_copies: int | None = None  # extra copies of the callback
    callback_attempts: int | None = None  # tries while the answer is not 200
    drop_callback: bool | None = None
    callback_before_ack: bool | None = None
    late_success: float | None = None  # seconds after a time-out at which the payment succeeds after all
    string_result_code: bool | None = None
    mask_phone: bool | None = None
    query_pending: bool | None = None  # the query keeps answering "being processed"


class Scenario:
    """The behaviours in force."""

    def __init__(self) -> None:
        self._chosen: dict[str, dict[str, Any]] = {}
        self._left: dict[tuple[str, str], int] = {}

    def choose(self, subject: str, behaviour: msgspec.Struct, times: int | None = None) -> None:
        """Merge a `Behaviour` (or its like, ads_faults.py) into what holds for `subject` (a customer id, or GLOBAL).

        With `times`, each field set here disappears after it was used that often.
        """
        fields = msgspec.to_builtins(behaviour)
        self._chosen.setdefault(subject, {}).update(fields)
        for name in fields:
            self._left.pop((subject, name), None)
            if times is not None:
                self._left[subject, name] = times

    def clear(self, subject: str | None = None) -> None:
        """Forget what was chosen for one subject, or for all."""
        if subject is None:
            self._chosen.clear()
            self._left.clear()
            return
        self._chosen.pop(subject, None)
        for key in [key for key in self._left if key[0] == subject]:
            del self._left[key]

    def chosen(self, subject: str) -> dict[str, Any]:
        """What was set for the subject itself, for display."""
        return dict(self._chosen.get(subject, {}))

    def use(self, customer: str, name: str, default: Any = None) -> Any:
        """The value in force for a customer; counts as one use of it."""
        for subject in (customer, GLOBAL):
            fields = self._chosen.get(subject, {})
            if name in fields:
                value = fields[name]
                self._count(subject, name)
                return value
        return default

    def _count(self, subject: str, name: str) -> None:
        left = self._left.get((subject, name))
        if left is None:
            return
        if left <= 1:
            del self._left[subject, name]
            self._chosen[subject].pop(name, None)
        else:
            self._left[subject, name] = left - 1

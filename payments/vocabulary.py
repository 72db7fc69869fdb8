"""What YAML may ask of the payments room, and the events that payments send. `payments.verbs` carries it out."""

from __future__ import annotations

from datetime import timedelta

from engine.registry import Arg, EventKind, Record, Verb, Vocabulary

_PAYMENT = {"payment": Arg(type="text", doc="The payment's id.")}

PAYMENT = Record(
    name="payment",
    fields={
        "id": "text", "amount": "money", "phone": "phone", "state": "text",
        "receipt": "text", "reason": "text", "purpose": "text",
    },
    doc="Money asked for: open, failed, confirmed, confirmed_without_receipt or disputed.",
    label="purpose",
)  # fmt: skip

_CLAIM = {
    "checkout": Arg(type="text", required=False, doc="Daraja's id of the prompt; a receipt off a statement has none."),
    "amount": Arg(type="money", required=False),
    "receipt": Arg(type="text", required=False),
    "phone": Arg(type="text", required=False),
}
_FAILED = {
    "payment": "text", "reason": "text", "retry": "text", "code": "text", "wait": "duration",
}  # fmt: skip
_PAID = {"payment": "text", "amount": "money", "receipt": "text"}

VOCABULARY = Vocabulary(
    records=(PAYMENT,),
    verbs=(
        Verb(
            name="payments.request",
            sort="change",
            args={
                "amount": Arg(type="money", doc="Whole shillings, 1 to 250,000."),
                "phone": Arg(type="phone", doc="The number that pays; one M-Pesa prompt at a time."),
                "purpose": Arg(type="text", literal=True, doc="What it is for, a word: deposit."),
                "booking": Arg(type="booking", required=False, doc="The booking that it pays for."),
            },
            answers={"payment.failed": _FAILED},
            moves_money=True,
            # The prompt lives for a minute on the phone; the lifecycle gives M-Pesa 3 min to take it and 2 min 30 s to
            # say what became of it before it tells a failure.
            answers_within=timedelta(minutes=6),
            doc="Store the intent and start the lifecycle `payment`, which tells `payment.prompted`, then "
            "`payment.confirmed` or `payment.failed`, and `payment.late` if money comes after a failure was told.",
        ),
        Verb(
            name="mpesa.push",
            sort="action",
            args=_PAYMENT,
            answers={
                "mpesa.accepted": {"checkout": "text"},
                "mpesa.refused": {"code": "text", "text": "text"},
                "mpesa.unknown": {"why": "text"},
            },
            moves_money=True,
            answers_within=timedelta(minutes=2),  # it is not sent later than 90 s, and waits 20 s for Daraja
            doc="Send the prompt to the phone, once: when nobody knows whether it was sent, it is not sent again.",
        ),
        Verb(
            name="mpesa.query",
            sort="action",
            args=_PAYMENT,
            answers={
                "mpesa.result": {"code": "text", "text": "text"},
                "mpesa.pending": {},
                "mpesa.unknown": {"why": "text"},
            },
            doc="Ask Daraja what became of the prompt.",
        ),
        Verb(
            name="payments.match",
            sort="change",
            args={**_PAYMENT, **_CLAIM},
            answers={"payments.matched": {"receipt": "text"}, "payments.mismatched": {"what": "text"}},
            doc="Compare what a callback claims with the intent: prompt, amount, number, receipt.",
        ),
        Verb(
            name="payments.settle",
            sort="change",
            args=_PAYMENT,
            answers={
                "payments.settled": _PAID,
                "payments.receipt_taken": {"receipt": "text"},
                "payments.receipt_missing": {},
            },
            moves_money=True,
            doc="Count the payment as paid, with the receipt that matched. A receipt counts once.",
        ),
        Verb(
            name="payments.settle_without_receipt",
            sort="change",
            args=_PAYMENT,
            answers={"payments.settled_without_receipt": _PAID},
            moves_money=True,
            doc="Note that M-Pesa says paid while no receipt came, and make it a task to find the receipt on the "
            "statement. What it pays for is kept; the money is not counted before the receipt is there.",
        ),
        Verb(
            name="payments.review",
            sort="change",
            args=_PAYMENT,
            doc="A while after it was paid: if the booking that it was for is not confirmed, a person gets a task.",
        ),
        Verb(
            name="payments.fail",
            sort="change",
            args={**_PAYMENT, "reason": Arg(type="text"), "code": Arg(type="text", required=False)},
            doc="Note why it was not paid, and free the phone for another prompt. A paid payment stays paid.",
        ),
        Verb(
            name="payments.dispute",
            sort="change",
            args={**_PAYMENT, "reason": Arg(type="text", literal=True)},
            doc="Set it aside, with a task for a person to look at it.",
        ),
    ),
    events=(
        EventKind(
            name="mpesa.callback",
            fields={
                "checkout": "text", "code": "text", "text": "text",
                "amount": "money", "receipt": "text", "phone": "text",
            },
            doc="What Daraja called back with: a claim, not yet believed.",
        ),
        EventKind(
            name="payment.prompted", fields={"payment": "text"}, told=True, doc="The prompt is on its way to the phone."
        ),
        EventKind(
            name="payment.confirmed", fields=_PAID, told=True, doc="Paid: matched and confirmed by the provider."
        ),
        EventKind(name="payment.late", fields=_PAID, told=True, doc="Paid, after a failure had been told."),
        EventKind(
            name="payment.receipt_found",
            fields={"amount": "money", "receipt": "text"},
            doc="A person found the receipt of a payment on the M-Pesa statement.",
        ),
        EventKind(
            name="payment.resolved",
            fields={"payment": "text", "outcome": "text", "reason": "text", "by": "text", "booking": "text"},
            doc="A person decided what becomes of money that served nothing: booking, refunded or kept.",
        ),
        EventKind(
            name="payment.receipted",
            fields=_PAID,
            told=True,
            doc="For the booking: the receipt of a payment that was confirmed without one is here; the money counts.",
        ),
    ),
)  # fmt: skip

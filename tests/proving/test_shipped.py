"""The promises of the YAML that ships: all hold, and a dangerous edit of each file is found with a conversation."""

from __future__ import annotations

from functools import cache

import pytest

import engine
import language
from composition.definitions import registry
from engine.proving import Verdict, looks_across, prove
from engine.proving.prover import verdicts
from engine.release import Release
from engine.testing import World, load_suite, play, variants
from tests.proving import ad_edits
from tests.yaml.shipped import DEFINITIONS

SOURCES = {name: path.read_text(encoding="utf-8") for name, path in DEFINITIONS.items()}
BOOKING, DEPOSIT, PAYMENT = "flows/booking.yaml", "flows/deposit.yaml", "flows/lifecycles/payment.yaml"
HOLD = "flows/lifecycles/booking.yaml"

# (file, what is edited, to what, the promise that breaks)
REBALANCE = "rules/rebalance.yaml"
KEEP, PACING, FATIGUE, ANOMALY = (f"rules/{name}.yaml" for name in ("keep_kill_scale", "pacing", "fatigue", "anomaly"))
EDITS = {
    "confirmation before payment": (
        BOOKING,
        "set: {booking: event.booking}, to: paying}",
        "set: {booking: event.booking}, to: confirming}",
        "never: booked",
    ),
    "who gives up is booked": (BOOKING, "deposit.given_up: releasing", "deposit.given_up: confirming", "never: booked"),
    "a hold that nobody answers": (
        BOOKING,
        "bookings.taken: {say: not_free, to: choosing_time}\n    after:\n      5m: with_agent",
        "bookings.taken: {say: not_free, to: choosing_time}\n    after:\n      10m: with_agent",
        "always: holding",
    ),
    "a confirmation that nobody answers": (
        BOOKING,
        "bookings.taken: {say: paid_but_taken, to: with_agent}\n    after:\n      5m: with_agent",
        "bookings.taken: {say: paid_but_taken, to: with_agent}\n    after:\n      2h: with_agent",
        "always: confirming",
    ),
    "no person while booking": (
        BOOKING,
        "mhudumu, naomba kuongea na mtu], to: with_agent}",
        "mhudumu], say: in_english}",
        "reachable",
    ),
    "giving up counts as paid": (
        DEPOSIT,
        "- {to: given_up}\n    unclear: {say: choose_please",
        "- {to: paid}\n    unclear: {say: choose_please",
        "never: paid",
    ),
    "a fifth prompt": (DEPOSIT, "tries.paying >= 4", "tries.paying >= 5", "at_most"),
    "prompts without an end": (DEPOSIT, "tries.paying >= 4, ", 'event.reason == "x", ', "at_most"),
    "waiting for M-Pesa for ever": (
        DEPOSIT,
        "30m: {say: needs_person, to: with_agent}",
        "30m: {say: needs_person}",
        "always: paying",
    ),
    "no person while paying": (
        DEPOSIT,
        "naomba kuongea na mtu], to: with_agent}",
        "naomba kuongea na mtu], say: did_not_go}",
        "reachable",
    ),
    "a hold that is forgotten": (
        HOLD,
        "- {time: booking.held_until, past: run, to: expiring}",
        "- {time: booking.held_until, past: run, do: {bookings.release: {booking: booking}}}",
        "always: held",
    ),
    "a hold whose moment may be past": (
        HOLD,
        "{time: booking.held_until, past: run,",
        "{time: booking.held_until,",
        "always: held",
    ),
    "an expired hold that lingers": (HOLD, "1d: released", "3d: released", "always: expiring"),
    "an expired hold that is not given back": (
        HOLD,
        "    do: {bookings.release: {booking: booking}}\n",
        "",
        "after: expiring",
    ),
    "a callback is believed": (PAYMENT, "payments.matched: verifying", "payments.matched: settling", "never: settling"),
    "a callback without its check": (
        PAYMENT,
        "to: matching}\n      mpesa.result: {when",
        "to: settling}\n      mpesa.result: {when",
        "never: settling",
    ),
    "paid as soon as it is asked": (PAYMENT, "mpesa.unknown: waiting ", "mpesa.unknown: paid ", "never: paid"),
    "told before it is verified": (
        PAYMENT,
        "    tell: {to: owner, event: payment.prompted, with: {payment: payment}}",
        "    tell: {to: owner, event: payment.confirmed, with: {payment: payment}}",
        "tells",
    ),
    "settled without a receipt, unasked": (
        PAYMENT,
        "      20s: settling_without_receipt",
        "      20s: settling_without_receipt\n      1s: settling",
        "never: paid",
    ),
    "one word more to who opted out": (
        "flows/opt_out.yaml",
        "say: stopped",
        "say: [stopped, stopped_again]",
        "never: {says",
    ),
    "no person in a change": (
        "flows/change_booking.yaml",
        "mhudumu], to: with_agent}",
        "mhudumu], to: kept}",
        "reachable",
    ),
    "no person at one's bookings": (
        "flows/my_booking.yaml",
        "mhudumu], to: with_agent}",
        "mhudumu], to: left}",
        "reachable",
    ),
    "no person for who was missed": (
        "flows/no_show.yaml",
        "mhudumu], to: with_agent}",
        "mhudumu], to: later}",
        "reachable",
    ),
    "no person for who was moved": (
        "flows/booking_moved.yaml",
        "mhudumu], to: with_agent}",
        "mhudumu], to: told}",
        "reachable",
    ),
    "no person for who was cancelled": (
        "flows/booking_cancelled.yaml",
        "mhudumu], to: with_agent}",
        "mhudumu], to: told}",
        "reachable",
    ),
    "no person at the reminder": (
        "flows/reminder.yaml",
        "mhudumu], to: with_agent}",
        "mhudumu], to: unanswered}",
        "reachable",
    ),
    "no person for who complains": (
        "flows/review.yaml",
        "mhudumu], to: with_agent}",
        "mhudumu], to: silent}",
        "reachable",
    ),
    "no person at the invitation": (
        "flows/winback.yaml",
        "mhudumu], to: with_agent}",
        "mhudumu], to: unanswered}",
        "reachable",
    ),
    "offers at night": ("rules/messaging_guardrails.yaml", "local_hour >= 21\n", "local_hour >= 23\n", "local_hour"),
    "a fourth message a day": (
        "rules/messaging_guardrails.yaml",
        "sent_today >= 3\n    then",
        "sent_today >= 4\n    then",
        "sent_today",
    ),
    "a raise without a limit": (
        KEEP,
        '{expr: "min(wanted_change_pct, 50)"}}\n    because: "It is proven',
        '{expr: wanted_change_pct}}\n    because: "It is proven',
        "budget_change_pct > 50",
    ),
    "a budget below nothing": (
        KEEP,
        '"max(wanted_change_pct, -33)"',
        '"min(wanted_change_pct, -33)"',
        "budget_change_pct < -100",
    ),
    "raised by broken figures": (
        KEEP,
        "when: not data_ok\n    then",
        "when: not data_ok and hours_running < 12\n    then",
        'scale", when: not data',
    ),
    "killed by broken figures": (
        KEEP,
        "when: not data_ok\n    then",
        "when: not data_ok and hours_running < 12\n    then",
        'kill", when: not data',
    ),
    "raised without a margin": (KEEP, "when: max_cpa <= 0\n    then", "when: max_cpa < 0\n    then", "max_cpa <= 0"),
    "leads that cannot be served": (
        KEEP,
        "when: capacity_left <= 0\n    then",
        "when: capacity_left < 0\n    then",
        "capacity_left <= 0",
    ),
    "raised again at once": (KEEP, "hours_since_change < 6\n", "hours_since_change < 3\n", "hours_since_change < 6"),
    "raised in the first hours": (KEEP, "hours_running < 12\n", "hours_running < 2\n", "hours_running < 12"),
    "the day's cap passed": (
        PACING,
        "spent_today >= daily_cap\n    then",
        "spent_today > daily_cap\n    then",
        "spent_today >=",
    ),
    "the month's cap passed": (
        PACING,
        'factor: 0}\n    because: "The month',
        'factor: 0.5}\n    because: "The month',
        "spent_month >=",
    ),
    "no cap and yet spent": (PACING, "not known(monthly_cap) or daily_cap", "daily_cap", "not known"),
    "more than is meant": (PACING, "{decision: go_on, factor: 1}", "{decision: go_on, factor: 1.1}", "factor > 1"),
    "less than nothing": (PACING, "{decision: slow, factor: 0.8}", "{decision: slow, factor: -0.8}", "factor < 0"),
    "rotated by broken figures": (
        FATIGUE,
        "when: not data_ok\n    then",
        "when: not data_ok and still_pays\n    then",
        "not data_ok",
    ),
    "rotated while it pays": (FATIGUE, "-0.15 and not still_pays", "-0.15", "when: still_pays"),
    "another currency": (ANOMALY, "{decision: pause, data_ok: false}", "{decision: hold, data_ok: false}", "always:"),
    "another currency's figures": (
        ANOMALY,
        "{decision: pause, data_ok: false}",
        "{decision: pause, data_ok: true}",
        "when: not currency_same",
    ),
    "figures that never came": (ANOMALY, "not reported or hours", "hours", "when: not reported"),
    "shared anew by broken figures": (
        REBALANCE,
        "when: not data_ok\n    then",
        "when: not data_ok and hours_running < 12\n    then",
        "not data_ok",
    ),
    "shared anew at once": (
        REBALANCE,
        "hours_since_change < 6\n",
        "hours_since_change < 3\n",
        "hours_since_change < 6",
    ),
    **ad_edits.EDITS,
    "stop is not heard": ("rules/routing.yaml", '"stop", "stop all"', '"stop now", "stop all"', 'text == "stop"'),
}


def test_a_proof_across_machines_says_what_it_took_from_where() -> None:
    (verdict,) = [verdict for verdict in shipped() if verdict.promise.endswith("never: booked, unless: mpesa.result")]
    assert any("payment.confirmed comes only from lifecycle:payment" in each for each in verdict.assumed)


def test_a_definition_whose_proof_reaches_into_others_is_named() -> None:
    assert looks_across(release(), {"lifecycle:payment"}) == {"flow:booking"}
    assert looks_across(release(), {"flow:winback", "lifecycle:lead"}) == frozenset()


def test_what_another_machine_tells_too_early_breaks_a_promise_here() -> None:
    edited = release("told before it is verified")
    (verdict,) = verdicts(edited, registry(), only=["flow:booking"], promise=1, understand=language.understand)
    assert verdict.answer == "broken"
    assert "payment.confirmed comes from lifecycle:payment" in verdict.why
    assert verdict.test.startswith("tests: lifecycle:payment")


@cache
def release(edit: str = "") -> Release:
    sources = dict(SOURCES)
    if edit:
        file, old, new, _ = EDITS[edit]
        assert sources[file].count(old) >= 1, f"{file} has changed: {old!r}"
        sources[file] = sources[file].replace(old, new)
        if "stopped_again" in new:
            sources[file] = sources[file].replace("\nstart:", '\n  stopped_again: {en: "Buy!", sw: "Nunua!"}\n\nstart:')
    return engine.compile_release([engine.load(text, name) for name, text in sources.items()], registry())


@cache
def shipped() -> tuple[Verdict, ...]:
    return prove(release(), registry(), understand=language.understand)


def test_every_promise_that_ships_holds() -> None:
    assert [verdict for verdict in shipped() if verdict.answer != "proved"] == []
    assert len(shipped()) >= 20


def test_each_of_the_main_jobs_promises_is_among_them() -> None:
    said = "\n".join(f"{verdict.definition} {verdict.promise}" for verdict in shipped())
    for promise in (
        "flow:booking after: bookings.held, when: event.booking.deposit > money(0), never: booked, unless: mpesa",
        "flow:opt_out after: contacts.opt_out, never: {says: any}",
        "lifecycle:booking always: held, leaves_by: booking.held_until",
        "flow:deposit at_most: 4, of: payments.request",
        "flow:booking reachable: handoff.calling",
        "lifecycle:payment never: settling, unless: mpesa.result",
    ):
        assert promise in said, promise


@pytest.mark.parametrize("edit", EDITS)
def test_a_dangerous_edit_is_found_and_its_conversation_plays(edit: str) -> None:
    file, _, _, promise = EDITS[edit]
    edited = release(edit)
    name = next(f"{each.kind}:{each.name}" for each in edited.by_hash.values() if each.file == file)
    (number, *_) = [n for n, each in enumerate(edited.definitions[name].promised, start=1) if promise in each.text]
    found = list(verdicts(edited, registry(), only=[name], promise=number, understand=language.understand))
    broken = [verdict for verdict in found if verdict.answer == "broken"]
    assert broken, [(verdict.promise, verdict.answer, verdict.why) for verdict in found]
    for verdict in broken:
        suite = load_suite(verdict.test, "broken.test.yaml")
        for variant in variants(suite, edited):
            world = World(edited, registry(), language.understand)
            assert [str(finding) for finding in play(variant, world).findings] == [], verdict.test


def test_a_shipped_promise_without_an_edit_that_breaks_it_is_no_test() -> None:
    broken = {(file, promise) for file, _, _, promise in EDITS.values()}
    for verdict in shipped():
        assert any(file == verdict.file and promise in verdict.promise for file, promise in broken), verdict.promise

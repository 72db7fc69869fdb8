"""The room's verbs and ambient facts, bound to what carries them out."""

from __future__ import annotations

from crm import business, flows, handoff, leads, preferences
from runtime.verbs import Bound


def bound() -> list[Bound]:
    """Every verb and ambient of `crm.vocabulary`."""
    return [
        Bound("business", business.business),
        Bound("contact", preferences.contact),
        Bound("contacts.opt_out", preferences.opt_out),
        Bound("contacts.opt_in", preferences.opt_in),
        Bound("contacts.update", preferences.update),
        Bound("leads.note", leads.note),
        Bound("leads.score", leads.score),
        Bound("flows.start", flows.start),
        Bound("handoff.request", handoff.request),
        Bound("handoff.close", handoff.close),
    ]

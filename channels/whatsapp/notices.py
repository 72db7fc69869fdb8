"""What Meta tells about a business itself: a template was paused, the account is restricted, a number's quality fell.

Pure. Field names and events are those of facts 1.5 and 1.10; whatever else a notice says is good news or none of ours.
"""

from __future__ import annotations

from typing import Any

from channels.news import News, template_key
from channels.whatsapp.fields import mapping, word
from channels.whatsapp.types import Notice

_UNUSABLE = frozenset({"REJECTED", "PAUSED", "DISABLED", "PENDING_DELETION", "DELETED", "LIMIT_EXCEEDED"})
_USABLE = frozenset({"APPROVED", "REINSTATED", "UNPAUSED"})
_ACCOUNT = frozenset(
    {"ACCOUNT_RESTRICTION", "ACCOUNT_VIOLATION", "DISABLED_UPDATE", "ACCOUNT_DELETED", "PARTNER_REMOVED"}
)


def read_notice(notice: Notice) -> News | None:
    """None for what nobody needs to hear of. Never raises."""
    reader = _READERS.get(notice.field)
    return reader(notice.value) if reader is not None and isinstance(notice.value, dict) else None


def _template(value: dict[str, Any]) -> News | None:
    name, language, event = _named(value)
    if not name or event not in (*_UNUSABLE, *_USABLE, "FLAGGED"):
        return None
    reason = word(mapping(value, "rejection_info"), "reason") or word(value, "reason")
    because = f": {reason}" if reason and reason != "NONE" else ""
    usable = None if event == "FLAGGED" else event in _USABLE
    text = f"template {name} ({language}) is {event}{because}"
    return News(kind="template", subject=template_key(name, language), good=event in _USABLE, text=text, usable=usable)


def _template_quality(value: dict[str, Any]) -> News | None:
    name, language, _ = _named(value)
    score = word(value, "new_quality_score").upper()
    if not name or score not in ("GREEN", "YELLOW", "RED"):
        return None
    subject = f"{template_key(name, language)}/quality"
    text = f"the quality of template {name} ({language}) is {score}"
    return News(kind="template", subject=subject, good=score == "GREEN", text=text)


def _template_category(value: dict[str, Any]) -> News | None:
    name, language, _ = _named(value)
    before, after = word(value, "previous_category"), word(value, "new_category")
    if not name or not after:
        return None
    text = f"template {name} ({language}) counts as {after} from now on, not as {before or 'before'}"
    return News(kind="template", subject=f"{template_key(name, language)}/category", good=before == after, text=text)


def _account(value: dict[str, Any]) -> News | None:
    event = word(value, "event")
    if event not in _ACCOUNT:
        return None
    ban = word(mapping(value, "ban_info"), "waba_ban_state")
    what = ban or word(mapping(value, "violation_info"), "violation_type") or _restrictions(value)
    text = f"the WhatsApp account has {event}{': ' if what else ''}{what}"
    return News(kind="account", subject=event, good=ban.upper() == "REINSTATE", text=text)


def _restrictions(value: dict[str, Any]) -> str:
    found = value.get("restriction_info")
    each = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return ", ".join(filter(None, (word(one, "restriction_type") for one in each)))


def _alert(value: dict[str, Any]) -> News | None:
    alert = mapping(value, "alert_info") or value
    kind, severity = word(alert, "alert_type"), word(alert, "alert_severity").upper()
    if not kind or severity == "INFORMATIONAL":
        return None
    text = f"WhatsApp warns: {word(alert, 'alert_description') or kind}"
    return News(kind="account", subject=f"alert/{kind}", good=word(alert, "alert_status").upper() == "NONE", text=text)


def _review(value: dict[str, Any]) -> News | None:
    decision = word(value, "decision")
    if decision not in ("APPROVED", "REJECTED"):
        return None
    return News(kind="account", subject="review", good=decision == "APPROVED", text=f"the account review: {decision}")


def _number(value: dict[str, Any]) -> News | None:
    number, event = word(value, "display_phone_number"), word(value, "event")
    if event not in ("FLAGGED", "UNFLAGGED", "DOWNGRADE", "UPGRADE"):
        return None
    limit = word(value, "current_limit")
    text = f"number {number} is {event}{f' to {limit}' if limit else ''}: its quality or its limit changed"
    return News(kind="number", subject=number, good=event in ("UNFLAGGED", "UPGRADE"), text=text)


def _named(value: dict[str, Any]) -> tuple[str, str, str]:
    return word(value, "message_template_name"), word(value, "message_template_language"), word(value, "event")


_READERS = {
    "message_template_status_update": _template,
    "message_template_quality_update": _template_quality,
    "template_category_update": _template_category,
    "account_update": _account,
    "account_alerts": _alert,
    "account_review_update": _review,
    "phone_number_quality_update": _number,
}

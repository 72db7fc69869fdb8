"""The customer service window: how long a business may write freely after the person last wrote.

WhatsApp gives 24 hours from the last inbound message of that person to that number. It is judged at the
moment of sending, with that moment's clock. The room that routes inbound messages keeps `window_until`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

# Not to be sent in the last moments: the message would reach the provider after the window has closed.
MARGIN = timedelta(seconds=30)


def is_open(closes: datetime | None, now: datetime) -> bool:
    return closes is not None and now < closes - MARGIN

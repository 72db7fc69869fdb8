"""A page of a list as the Graph API gives it: cursors, and `next` only where there is more."""

from __future__ import annotations

import base64
from typing import Any

from sandbox.ads_meta_errors import invalid

_PAGE, _MOST = 25, 500


def paged(rows: list[dict[str, Any]], given: dict[str, Any], address: str) -> dict[str, Any]:
    """Raises MetaError for a cursor that is none."""
    try:
        limit = max(1, min(int(str(given.get("limit") or _PAGE)), _MOST))
        start = int(base64.urlsafe_b64decode(str(given.get("after") or "MA==")).decode())
    except ValueError:
        raise invalid("after", "is no cursor of this list") from None
    page = rows[start : start + limit]
    answer: dict[str, Any] = {"data": page}
    if page:
        before, after = (base64.urlsafe_b64encode(str(n).encode()).decode() for n in (start, start + len(page)))
        answer["paging"] = {"cursors": {"before": before, "after": after}}
        if start + limit < len(rows):
            answer["paging"]["next"] = f"{address}?limit={limit}&after={after}"
    return answer

"""Why something was done with an ad, in the language of who reads it.

Rules, lifecycles and guardrails give their reasons in English, and so they are journaled. Pages and messages show the
Swahili of them from the YAML beside this file, found by the English sentence. A reason that is not there is shown as it
was written: an owner's own rule speaks in the owner's own words.
"""

from __future__ import annotations

import re
from functools import cache

from ads.wording import beside

_PLATFORMS = {"meta": "Meta", "google": "Google", "tiktok": "TikTok"}
# "Meta is asked too often [ads.meta.rate] (613: Calls to this api have exceeded the rate limit.)"
_CODED = re.compile(r"(?P<text>.*?)(?P<code> \[[a-z0-9_.]+\].*)?", re.DOTALL)
_BLANK = re.compile(r"\\{(\w+)\\}")


def said(reason: str, language: str) -> str:
    """`reason` in `language` ("en", "sw"); a code and a platform's own words at its end stay as they are."""
    found = _CODED.fullmatch(reason)
    if language != "sw" or found is None:
        return reason
    text = found["text"]
    if text in swahili():
        return swahili()[text] + (found["code"] or "")
    for pattern, translated in _with_blanks():
        if blanks := pattern.fullmatch(text):
            told = {name: _PLATFORMS.get(value, value) for name, value in blanks.groupdict().items()}
            return translated.format(**told) + (found["code"] or "")
    return reason


@cache
def swahili() -> dict[str, str]:
    """By the English sentence, with blanks in braces."""
    return beside(__file__, dict[str, str])


@cache
def _with_blanks() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those that say the most in words of their own first."""
    blank = [each for each in swahili() if "{" in each]
    blank.sort(key=lambda english: -len(re.sub(r"{\w+}", "", english)))
    return tuple((re.compile(_BLANK.sub(r"(?P<\1>.+)", re.escape(each))), swahili()[each]) for each in blank)

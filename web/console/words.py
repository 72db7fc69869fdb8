"""Every sentence of the console, in English and Swahili, gathered by subject.

A key that two subjects claim does not load: the later would silently take the earlier one's place.
"""

from __future__ import annotations

from collections.abc import Sequence

from web.console.words_ad_accounts import AD_ACCOUNTS
from web.console.words_ads import ADS
from web.console.words_api import API
from web.console.words_bookings import BOOKINGS
from web.console.words_business import BUSINESS
from web.console.words_desk import DESK
from web.console.words_frame import FRAME
from web.console.words_journal import JOURNAL
from web.console.words_people import PEOPLE
from web.console.words_settings import SETTINGS
from web.console.words_webhooks import WEBHOOKS
from web.console.words_workshop import WORKSHOP

LANGUAGES = {"en": "English", "sw": "Kiswahili"}

_SUBJECTS = (AD_ACCOUNTS, ADS, API, BOOKINGS, BUSINESS, DESK, FRAME, JOURNAL, PEOPLE, SETTINGS, WEBHOOKS, WORKSHOP)


def gathered(subjects: Sequence[dict[str, tuple[str, str]]]) -> dict[str, tuple[str, str]]:
    made: dict[str, tuple[str, str]] = {}
    for subject in subjects:
        if twice := made.keys() & subject.keys():
            raise ValueError(f"said twice: {', '.join(sorted(twice))}; keep one")
        made.update(subject)
    return made


WORDS: dict[str, tuple[str, str]] = gathered(_SUBJECTS)

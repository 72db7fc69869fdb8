"""What the guided launch may ask for. Declarations only; `ads.launching.verbs` carries them out.

Each answers only to who may do it: the owner's own number, or somebody of the console whose role allows it.
"""

from __future__ import annotations

from datetime import timedelta

from engine.registry import Arg, Verb, Vocabulary

_OFFER = Arg(type="offer", doc="What is advertised.")
_PLATFORM = Arg(type="text", doc="meta, google or tiktok.")
_PAGE = Arg(type="text", doc="The address of the landing page.")
_NOT_ALLOWED = {"launch.not_allowed": {}}

VOCABULARY = Vocabulary(
    verbs=(
        Verb(
            name="launch.survey",
            sort="change",
            answers={"launch.surveyed": {"campaigns": "count", "running": "count", "text": "text"}, **_NOT_ALLOWED},
            doc="What runs now, in words. Changes nothing.",
        ),
        Verb(
            name="launch.reckon",
            sort="change",
            args={"offer": _OFFER, "cost": Arg(type="money", doc="What serving one customer costs.")},
            answers={
                "launch.reckoned": {"margin": "money", "max_cpa": "money", "pays": "yes_no"},
                "launch.not_reckoned": {"reason": "text"},
                **_NOT_ALLOWED,
            },
            doc="Keep what the offer costs, and say what a booking leaves and may cost in ads.",
        ),
        Verb(
            name="launch.inspect",
            sort="change",
            args={
                "platform": _PLATFORM,
                "offer": Arg(type="offer", required=False, doc="Whose page is known already."),
            },
            answers={"launch.inspected": {"ready": "yes_no", "text": "text"}, **_NOT_ALLOWED},
            doc="Whether what an ad brings would be measured: account, WhatsApp number, page script, verified money.",
        ),
        Verb(
            name="launch.check_page",
            sort="action",
            args={"offer": _OFFER, "platform": _PLATFORM, "page": _PAGE},
            answers={"launch.page_checked": {"ready": "yes_no", "text": "text", "page": "text"}, **_NOT_ALLOWED},
            answers_within=timedelta(minutes=1),
            doc="Fetch the landing page and judge it: there, quick, measured, with the way to WhatsApp and the price.",
        ),
        Verb(
            name="launch.draft",
            sort="change",
            args={"offer": _OFFER, "platform": _PLATFORM, "page": _PAGE},
            answers={
                "launch.drafted": {"text": "text"},
                "launch.not_drafted": {"reason": "text"},
                **_NOT_ALLOWED,
            },
            doc="Write the ads A, B and C and show them; `launch.not_drafted` if the platform would refuse one.",
        ),
        Verb(
            name="launch.submit",
            sort="change",
            args={
                "offer": _OFFER,
                "platform": _PLATFORM,
                "page": _PAGE,
                "daily_cap": Arg(type="money", doc="What it may spend a day at most."),
                "monthly_cap": Arg(type="money", doc="What it may spend a month at most."),
                "approval_pct": Arg(type="number", doc="Changes beyond this many per cent wait for a person."),
            },
            answers={
                "launch.submitted": {"campaign": "text"},
                "launch.refused": {"reason": "text"},
                **_NOT_ALLOWED,
            },
            doc="Draft the campaign with its three variations and hand it in. Nothing is spent before an approval.",
        ),
        Verb(
            name="launch.approve",
            sort="change",
            args={"campaign": Arg(type="text", doc="The campaign's id.")},
            answers={
                "launch.approved": {"campaign": "text"},
                "launch.waits": {"campaign": "text"},
                "launch.pending": {},
                "launch.refused": {"reason": "text"},
                **_NOT_ALLOWED,
            },
            moves_money=True,
            doc="Approve a campaign that was handed in and found launchable. `launch.waits`: who asks may not approve; "
            "`launch.pending`: it is still being looked at.",
        ),
        Verb(
            name="launch.report",
            sort="change",
            answers={"launch.reported": {"text": "text", "link": "text"}, **_NOT_ALLOWED},
            doc="The report of the last whole day, or of today where ads began today, and the address of it as PDF.",
        ),
        Verb(
            name="launch.scale_checklist",
            sort="change",
            answers={"launch.listed": {"text": "text", "ready": "yes_no"}, **_NOT_ALLOWED},
            doc="What has to be true before more is spent, and which of it is.",
        ),
    ),
)

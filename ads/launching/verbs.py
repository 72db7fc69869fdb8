"""The guided launch's verbs, bound: composed once by the server with what fetches pages and who knows permissions."""

from __future__ import annotations

from ads.fetching import Fetcher
from ads.launching import telling
from ads.launching.allowed import CHANGE, READ, May, acting, changing
from ads.launching.preparing import Preparing
from ads.launching.submitting import Submitting
from ads.report.links import ReportLinks
from runtime.verbs import Bound


def bind(may: May, fetcher: Fetcher, script: str, links: ReportLinks) -> list[Bound]:
    """Everything that `ads.launching.vocabulary` declares. `script` is the address of our own page script."""
    preparing, submitting = Preparing(fetcher, script), Submitting(may)
    return [
        Bound("launch.survey", changing(may, READ, telling.survey)),
        Bound("launch.reckon", changing(may, CHANGE, preparing.reckon)),
        Bound("launch.inspect", changing(may, CHANGE, preparing.inspect)),
        Bound("launch.check_page", acting(may, CHANGE, preparing.check_page)),
        Bound("launch.draft", changing(may, CHANGE, preparing.draft)),
        Bound("launch.submit", changing(may, CHANGE, submitting.submit)),
        Bound("launch.approve", changing(may, CHANGE, submitting.approve)),
        Bound("launch.report", changing(may, READ, telling.Reporting(links).reported)),
        Bound("launch.scale_checklist", changing(may, READ, telling.scale_checklist)),
    ]

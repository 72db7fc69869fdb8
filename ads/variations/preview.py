"""How an ad will look before it runs: as HTML at the width of a phone and of a desk, and as plain text for a chat.

What a platform would cut is cut here too. It is our drawing of it, not the platform's own preview.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import jinja2

from ads.variations.limits import RULES, Rules
from ads.variations.model import Advert, Drafted, Refusal

PHONE, DESK = 360, 680  # CSS pixels
_MORE = {"en": "… See more", "sw": "… Soma zaidi"}
_SPONSORED = {"en": "Sponsored", "sw": "Tangazo"}
_PAGE = jinja2.Environment(
    autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
).from_string(
    """\
<article class="advert advert-{{ advert.platform }}" lang="{{ advert.language }}">
  <h3>{{ advert.angle }}. {{ title }} ({{ rules.title }})</h3>
  {% for width in widths %}
  <section class="advert-frame" style="max-width: {{ width }}px" aria-label="{{ width }} px">
    {% if advert.platform == "google" %}
    <p class="advert-by">{{ sponsored }} · {{ address }}</p>
    <p class="advert-headline"><strong>{{ headlines(width) }}</strong></p>
    <p class="advert-text">{{ descriptions(width) }}</p>
    {% else %}
    <p class="advert-by">{{ name }} · {{ sponsored }}</p>
    {% for text in advert.texts[:1] %}
    <p class="advert-text">{{ shown("texts", text) }}</p>
    {% endfor %}
    <p class="advert-picture" aria-hidden="true">▢</p>
    {% for text in advert.headlines[:1] %}
    <p class="advert-headline"><strong>{{ shown("headlines", text) }}</strong></p>
    {% endfor %}
    {% for text in advert.descriptions[:1] if width >= 500 %}
    <p class="advert-text">{{ shown("descriptions", text) }}</p>
    {% endfor %}
    <p class="advert-by">{{ address }}</p>
    {% endif %}
  </section>
  {% endfor %}
  {% if refusals %}
  <ul class="advert-refusals">
    {% for each in refusals %}
    <li class="{{ "note" if each.note else "refused" }}"><code>{{ each.code }}</code> {{ said(each) }}</li>
    {% endfor %}
  </ul>
  {% endif %}
</article>
"""
)


def html(drafted: Drafted, business: str = "") -> str:
    """One variation at both widths, with what stands against it; a fragment without styles of its own."""
    advert, rules = drafted.advert, RULES[drafted.advert.platform]
    return _PAGE.render(
        advert=advert,
        title=drafted.title,
        rules=rules,
        widths=(PHONE, DESK),
        name=advert.display_name or business,
        sponsored=_SPONSORED.get(advert.language, _SPONSORED["en"]),
        address=_address(advert),
        headlines=lambda width: " | ".join(advert.headlines[: 3 if width >= DESK else 2]),
        descriptions=lambda width: " ".join(advert.descriptions[: 2 if width >= DESK else 1]),
        shown=lambda field, text: cut(rules, field, text, advert.language),
        refusals=drafted.refusals,
        said=said,
    )


def plain(drafted: Drafted) -> str:
    """One variation for a chat: what people will read, and what stands against it."""
    advert, rules = drafted.advert, RULES[drafted.advert.platform]
    if advert.platform == "google":
        lines = [" | ".join(advert.headlines[:3]), " ".join(advert.descriptions[:2])]
    else:
        shown = (("headlines", advert.headlines[:1]), ("texts", advert.texts[:1]))
        lines = [cut(rules, field, text, advert.language) for field, texts in shown for text in texts]
    lines += [f"✗ {said(each)}" for each in drafted.refusals if not each.note]
    return "\n".join([f"*{advert.angle}. {drafted.title}*", *lines])


def said(refusal: Refusal) -> str:
    """A refusal as one line: where, why, what to do."""
    where = f"{refusal.field} {refusal.place}" if refusal.place else refusal.field
    return f"{where}: {refusal.reason} {refusal.fix}"


def cut(rules: Rules, field: str, text: str, language: str) -> str:
    """The text as far as the platform shows it."""
    shown = next((each.shown for each in rules.fields if each.name == field), 0)
    if not shown or rules.count(text) <= shown:
        return text
    short = text
    while short and rules.count(short) > shown:
        short = short[:-1]
    return short.rstrip() + _MORE.get(language, _MORE["en"])


def _address(advert: Advert) -> str:
    host = urlsplit(advert.link).hostname or "" if advert.link else ""
    return "/".join([host.removeprefix("www."), *advert.paths])

"""The words of the console's pages about ads, in English and Swahili."""

from __future__ import annotations

ADS: dict[str, tuple[str, str]] = {
    "nav.ads": ("Ads", "Matangazo"),
    "ads.report": ("Daily report", "Ripoti ya siku"),
    "ads.as-pdf": ("As PDF", "Kama PDF"),
    "ads.day-before": ("The day before", "Siku iliyotangulia"),
    "ads.day-after": ("The day after", "Siku inayofuata"),
    "ads.week": ("The seven days up to it", "Siku saba hadi hiyo"),
    "ads.launch": ("Run ads like a pro", "Endesha matangazo kitaalamu"),
    "ads.launch.lead": (
        "Your server asks one question at a time, checks that what ads bring is measured, and launches nothing without "
        "your caps. The same conversation is on WhatsApp: write ads from your own number.",
        "Seva yako inauliza swali moja kwa wakati, inahakikisha matokeo ya matangazo yanapimwa, na haianzi chochote "
        "bila mipaka yako. Mazungumzo yale yale yako WhatsApp: andika matangazo kutoka namba yako.",
    ),
    "ads.launch.begin": ("Begin", "Anza"),
    "ads.launch.anew": ("Begin anew", "Anza upya"),
    "ads.launch.say": ("Your answer", "Jibu lako"),
    "ads.launch.send": ("Send", "Tuma"),
    "ads.launch.thinking": ("One moment…", "Subiri kidogo…"),
    "ads.launch.read": ("Read again", "Soma tena"),
}

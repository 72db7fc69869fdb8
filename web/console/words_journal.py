"""Sentences about the journal and its chain."""

from __future__ import annotations

JOURNAL: dict[str, tuple[str, str]] = {
    # the journal
    "nav.journal": ("Journal", "Kumbukumbu"),
    "journal.title": ("Journal", "Kumbukumbu"),
    "journal.lead": (
        "Everything that flows and lifecycles did, chained so that no entry can be changed unseen.",
        "Yote yaliyofanywa na flow na lifecycle, yakiunganishwa ili hakuna kinachobadilishwa bila kuonekana.",
    ),
    "journal.audit": ("What people did in the console.", "Watu walifanya nini kwenye console."),
    "journal.before": ("What was before", "Yaliyotangulia"),
    "journal.event": ("Event", "Tukio"),
    "journal.flow": ("Flow or lifecycle", "Flow au lifecycle"),
    "journal.rule": ("Rule, or table", "Kanuni, au jedwali"),
    "journal.none-lately": (
        "None among the latest thousand. Look further back below.",
        "Hakuna kati ya elfu ya karibuni. Tafuta zaidi hapa chini.",
    ),
    "journal.machine": ("Machine", "Mashine"),
    "journal.actor": ("Person (id)", "Mtu (id)"),
    "journal.begins": ("From", "Kuanzia"),
    "journal.ends": ("Until", "Hadi"),
    "journal.bad-time": ("This is no time.", "Huu si wakati."),
    "journal.verify": ("Verify the chain", "Hakiki mnyororo"),
    "journal.reading": ("Read {read} of {of} entries …", "Zimesomwa {read} kati ya {of} …"),
    "journal.whole": (
        "Whole: {chains} chains with {entries} entries, none changed, missing or added.",
        "Kamili: minyororo {chains}, maandishi {entries}; hakuna kilichobadilishwa, kukosekana au kuongezwa.",
    ),
    "journal.broken": (
        "Broken: {flaws} flaws in {chains} chains with {entries} entries.",
        "Imevunjika: kasoro {flaws} katika minyororo {chains} yenye maandishi {entries}.",
    ),
    "journal.export": ("Take away as a file", "Chukua kama faili"),
    "journal.older": ("Older entries", "Maandishi ya zamani"),
    "journal.later": ("What came after", "Kilichofuata"),
    "journal.none": ("No entries like this.", "Hakuna maandishi ya aina hii."),
    "journal.entry": ("The entry", "Andiko"),
    "journal.life": ("This machine's whole life", "Maisha yote ya mashine hii"),
    "journal.talk": ("The conversation", "Mazungumzo"),
    "journal.covered": (
        "What was written is covered: your role may not read conversations.",
        "Yaliyoandikwa yamefunikwa: kazi yako hairuhusu kusoma mazungumzo.",
    ),
    "journal.hash": ("Hash", "Hash"),
    "journal.prev": ("Follows", "Inafuata"),
    "machine.live": ("under way", "inaendelea"),
    "machine.done": ("done", "imemalizika"),
    "machine.parked": ("stopped; somebody has to look", "imesimama; mtu aangalie"),
    "audit.journal.exported": ("took the journal away in a file", "alichukua kumbukumbu kwa faili"),
}

"""Sentences for whoever writes a program: the API's own page, and its keys."""

from __future__ import annotations

API: dict[str, tuple[str, str]] = {
    # the API, for whoever writes a program
    "docs.title": ("The API", "API"),
    "docs.lead": (
        "Everything that these pages show and do, for your own programs.",
        "Yote ambayo kurasa hizi zinaonyesha na kufanya, kwa programu zako.",
    ),
    "docs.begin": ("To begin", "Kuanza"),
    "docs.begin-key": (
        "Make a key under API keys in your business. It has a role, and may what that role may.",
        "Tengeneza ufunguo kwenye Funguo za API za biashara yako. Una kazi yake, na unaruhusiwa kama kazi hiyo.",
    ),
    "docs.begin-send": ("Send it with each request:", "Utume na kila ombi:"),
    "docs.begin-org": (
        "Put your business, as it stands in the addresses of its pages, in the place of",
        "Weka biashara yako, kama ilivyo kwenye anwani za kurasa zake, mahali pa",
    ),
    "docs.begin-refused": ("Every refusal has one shape:", "Kila kukataliwa kuna umbo moja:"),
    "docs.document": ("The OpenAPI document, for tools", "Hati ya OpenAPI, kwa programu"),
    "docs.contents": ("All addresses", "Anwani zote"),
    "docs.name": ("Name", "Jina"),
    "docs.kind": ("Kind", "Aina"),
    "docs.needed": ("Needed", "Inahitajika"),
    "docs.required": ("required", "lazima"),
    "docs.optional": ("optional", "si lazima"),
    "docs.in-path": ("in the address", "kwenye anwani"),
    "docs.in-query": ("in the query", "kwenye query"),
    "docs.in-body": ("in the body", "kwenye body"),
    "docs.who": ("For:", "Kwa:"),
    "docs.people": ("For people who are signed in; no key opens it.", "Kwa watu walioingia; hakuna ufunguo."),
    "docs.answers": ("Answers with", "Inajibu kwa"),
    "docs.refuses": ("Refuses with", "Inakataa kwa"),
    "docs.example": ("Example of", "Mfano wa"),
    "docs.shapes": ("Shapes", "Maumbo"),
    "tokens.docs": ("What programs can do with a key", "Programu zinaweza nini na ufunguo"),
    # tokens
    "tokens.title": ("API keys", "Funguo za API"),
    "tokens.lead": (
        "A key lets a program act for this business with one role. It never does what asks for a second factor.",
        "Ufunguo unaruhusu programu kufanya kazi ya biashara hii. Haufanyi yanayohitaji uthibitisho wa pili.",
    ),
    "tokens.none": (
        "No key yet. Make the first one below; its role says what a program may.",
        "Bado hakuna ufunguo. Tengeneza wa kwanza hapa chini; wajibu wake unasema programu inaruhusiwa nini.",
    ),
    "tokens.name": ("What it is for", "Ni wa nini"),
    "tokens.make": ("Make a key", "Tengeneza ufunguo"),
    "tokens.made": ("Copy it now: it is not shown again.", "Unakili sasa: hauonyeshwi tena."),
    "tokens.used": ("last used {at}", "ulitumika {at}"),
    "tokens.unused": ("never used", "haujatumika"),
    "tokens.revoke": ("Revoke", "Futa"),
}

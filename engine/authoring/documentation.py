"""What keys, types and functions mean, for those who write them, where the schemas that judge them have no words.

A key may mean different things at different places: "states.data" is the key `data` under `states`.
"""

from __future__ import annotations

from collections.abc import Sequence

KEYS = {
    "version": "A number that grows with each change that conversations under way should notice.",
    "title": "What this is for, in a few words, for people.",
    "languages": "The languages that every text is written in; the first is used where nothing else is known.",
    "data": "What a conversation remembers, each with its type.",
    "takes": "What must be handed over by whoever begins or calls this, each with its type.",
    "texts": "Everything that is said, by key and language. {{ … }} puts a value in.",
    "states": "The places where a conversation can stand, and what is done, asked and waited for in each.",
    "anywhere": "What is understood in every state, such as asking for a person.",
    "promises": "What must always hold. It is proved before anything is published.",
    "on_publish": "What becomes of conversations under way when a new version is published.",
    "migrate": "How conversations under way move to this version.",
    "migrate.states": "Each state of before that is called otherwise now, or is gone: where those who stand there go.",
    "migrate.data": "What is remembered under another name now, or has to be made.",
    "personal": "About a person: kept encrypted, never written to logs, and gone when they ask for it.",
    "default": "The value until another is set.",
    "optional": "May be left out by whoever begins or calls this.",
    "ask": "A question: the text to say, and what sort of answer is waited for.",
    "unclear": "What to say when an answer was not understood, how often, and then where to go.",
    "call": "Another flow that is gone through here; on: says what each of its endings leads to.",
    "final": "The conversation ends here.",
    "choices": "The answers to tap: each with an id and the key of a text, or from what the business has.",
    "id": "The name by which rules, journal and reports speak of it.",
    "value": "What is remembered when this is chosen.",
    "with": "What is handed over, each name with a value.",
    "facts": "What the table looks at: each name with a type, or with a value where a table is asked.",
    "tries": "How often it is asked again.",
    "time": "The moment, as an expression such as booking.start - hours(24).",
    "past": "What to do when that moment has passed already.",
    "hear": "Words of the customer that mean this.",
    "hit": "Which rows count: the first that holds, the only one, any of several that agree, or all collected.",
    "collect": "What is made of all rows that hold: a list, or their sum, least, greatest or number.",
    "outputs": "What a row decides: each name with its type.",
    "rows": "The rules from top to bottom: when one holds, what then, and why.",
    "otherwise": "What is decided when no row holds.",
    "then": "What is decided.",
    "because": "The reason in plain words; journal and reports show it.",
    "type": "What sort of value it is: text, number, money, date, phone, yes_no …",
    "fields": "The fields of a record, each with its type.",
    "cases": "The conversations or decisions that are played, each under a name of its own.",
    "steps": "What happens one after the other, each with what is expected of it.",
    "expect": "What should come of it; what is not listed may be anything.",
    "expr": "A value that is worked out, such as price * 2.",
}  # fmt: skip

TYPES = {
    "any": "Any value.",
    "text": "Words.",
    "name": "A person's name.",
    "phone": "A telephone number, kept as +254712345678.",
    "email": "An e-mail address.",
    "choice": "One of the listed choices.",
    "id": "The name of something, such as an offer's.",
    "number": "A number; written out exactly, never rounded by the machine.",
    "count": "A whole number from nought.",
    "probability": "A number from 0 to 1.",
    "percent": "A number from 0 to 100.",
    "yes_no": "true or false.",
    "money": "An amount with its currency, such as KES 500.",
    "date": "A day, without a time.",
    "time": "A time of day, such as 08:30.",
    "when": "A day with a time.",
    "datetime": "A day with a time.",
    "duration": "A length of time: 90s, 15m, 2h, 3d, 1w.",
    "location": "A place on the map.",
    "record": "Several named values together; fields: lists them.",
}

EVENT = {
    "answer": "The person has answered the question.",
    "event": "What has just happened: the event that this rule takes.",
    "event.value": "What was answered, as the question's type has it.",
    "event.text": "What was answered, word for word.",
    "event.how": "How it was answered: tapped or written.",
    "now": "This moment.",
}

CALLS = {
    "weeks": "weeks(2): a length of time.",
    "days": "days(3): a length of time.",
    "hours": "hours(24): a length of time.",
    "minutes": "minutes(15): a length of time.",
    "money": 'money(500, "KES"): an amount.',
    "count": "count(list): how many there are.",
    "len": "len(list or text): how long it is.",
    "lower": "lower(text): in small letters.",
    "contains": "contains(text or list, part): whether the part is in it.",
    "startswith": 'startswith(phone, "+254"): whether it begins so.',
    "min": "min(one, other): the least.",
    "max": "max(one, other): the greatest.",
    "sum": "sum(list): all of them together.",
    "first": "first(list): the first of them.",
    "last": "last(list): the last of them.",
    "abs": "abs(number): without its sign.",
    "round": "round(number, digits): to so many digits.",
    "date_of": "date_of(moment): its day.",
    "time_of": "time_of(moment): its time of day.",
    "weekday": 'weekday(day): "monday" to "sunday".',
    "known": "known(name): whether there is a value yet.",
    "text": "text(value): written as words.",
    "date": 'date("2026-12-25"): a day.',
    "time": 'time("08:30"): a time of day.',
}


def of_key(path: Sequence[str | int], name: str) -> str:
    """What a key of the mapping at `path` means."""
    last = path[-1] if path else ""
    return KEYS.get(f"{last}.{name}") or KEYS.get(name, "")

"""What a new file begins with: the least that compiles, of each kind, with a sentence on what to do next."""

from __future__ import annotations

import re

KINDS = ("flow", "lifecycle", "rules")
_FOLDERS = {"flow": "flows", "lifecycle": "flows/lifecycles", "rules": "rules"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

_FLOW = """\
flow: {name}
version: 1
title: {title}
languages: [en, sw]

# What the customer reads, in each language.
texts:
  hello:
    en: "Hello from {{{{ business.name }}}}."
    sw: "Habari kutoka {{{{ business.name }}}}."

start: greeting

states:
  greeting:
    say: hello
    final: true
"""

_LIFECYCLE = """\
lifecycle: {name}
version: 1
title: {title}

start: open

# Each state says what it waits for, and where that leads; here it is over after a day.
states:
  open:
    after:
      1d: over
  over: {{final: true}}
"""

_RULES = """\
rules: {name}
version: 1
title: {title}
hit: first

# What the table is asked with.
facts:
  visits: {{type: count}}

# The first row that holds decides.
rows:
  - id: often
    when: visits >= 5
    then: "yes"
    because: "They come often"
  - id: otherwise
    then: "no"
    because: "They do not come often yet"
"""

_TEXTS = {"flow": _FLOW, "lifecycle": _LIFECYCLE, "rules": _RULES}


class BadName(ValueError):
    """What can be no definition's name."""


def begun(kind: str, name: str) -> tuple[str, str]:
    """The file's name and its text. Raises BadName, and KeyError for a kind that there is not."""
    folder, text = _FOLDERS[kind], _TEXTS[kind]
    if not _NAME.fullmatch(name):
        raise BadName(name)
    return f"{folder}/{name}.yaml", text.format(name=name, title=name.replace("_", " ").capitalize())

"""What messages cost: counted by number, category and country, priced where a rate is known.

The provider's `pricing` says whether a message is charged and as what; the amount comes from a dated table
that the operator keeps. An unknown rate gives no price rather than a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import phonenumbers
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

SHIPPED = Path(__file__).with_name("rates.yaml")
SERVICE = "service"


class BadRates(ValueError):
    """A rate table that cannot be read: where, and why."""


class Rates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rate table: micros (millionths of `currency`) a delivered message, by country and category."""

    as_of: str
    currency: str
    free_service_messages_a_month: int
    countries: dict[str, dict[str, int | None]]

    def rate(self, country: str, category: str) -> int | None:
        return self.countries.get(country, {}).get(category)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """So many charged messages from one number in one month, of one category, to one country."""

    number: str
    category: str
    country: str
    count: int


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """What a line comes to. `micros` is None where the rate is not known; `free` of the count cost nothing."""

    line: Line
    free: int
    micros: int | None


def load_rates(path: Path = SHIPPED) -> Rates:
    """Raises `BadRates`, which names the field that is wrong."""
    try:
        rates = msgspec.convert(YAML(typ="safe", pure=True).load(path.read_text("utf-8")), Rates)
    except OSError as error:
        raise BadRates(f"{path} cannot be read ({error.strerror})") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise BadRates(f"{path} is no YAML") from error
    except msgspec.ValidationError as error:
        raise BadRates(f"{path}: {error}") from error
    if any(rate is not None and rate < 0 for by_category in rates.countries.values() for rate in by_category.values()):
        raise BadRates(f"{path}: no price is below zero")
    return rates


def bill(lines: Iterable[Line], rates: Rates) -> list[Charge]:
    """A month's lines, priced. The free service messages of a number go to its first lines in the order given."""
    left: dict[str, int] = {}
    charges = []
    for line in lines:
        free = 0
        if line.category == SERVICE:
            remaining = left.setdefault(line.number, rates.free_service_messages_a_month)
            free = min(remaining, line.count)
            left[line.number] = remaining - free
        rate = rates.rate(line.country, line.category)
        charged = line.count - free
        charges.append(Charge(line=line, free=free, micros=0 if charged == 0 else rate and rate * charged))
    return charges


@lru_cache(maxsize=4096)
def country_of(phone: str, user_id: str = "") -> str:
    """ISO 3166 by the phone's country code, else by the prefix of the user id; "" if neither tells."""
    if phone:
        try:
            region = phonenumbers.region_code_for_number(phonenumbers.parse(phone, None))
        except phonenumbers.NumberParseException:
            region = None
        if region:
            return str(region)
    prefix, dot, _ = user_id.partition(".")
    return prefix if dot and len(prefix) == 2 and prefix.isascii() and prefix.isalpha() else ""


def expected(category: str, country: str, number: str, rates: Rates) -> dict[str, Any]:
    """The `cost` of a message as it is sent: its class, and the rate of that day. Nothing is charged yet."""
    return {
        "category": category,
        "country": country,
        "number": number,
        "micros": rates.rate(country, category),
        "currency": rates.currency,
        "as_of": rates.as_of,
        "charged": False,
    }

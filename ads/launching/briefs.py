"""What is known of an offer and its business, as the brief that ads are written from. What is not known stays empty."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from ads.variations.limits import RULES
from ads.variations.model import Brief, Platform
from engine.values import Money
from storage.store import Document, OrgStore


class NoOffer(LookupError):
    """The offer is not there, or not any more."""


def platform_of(args: dict[str, Any]) -> Platform:
    """Raises ValueError for what is none: the flow's choices are a closed list."""
    name = str(args["platform"])
    return next(platform for platform in RULES if platform == name)


def address_of(args: dict[str, Any]) -> str:
    """The page as it was typed, with https:// in front where nothing stands."""
    typed = str(args["page"]).strip().rstrip(".,;")
    return typed if "://" in typed else f"https://{typed}"


async def brief_of(store: OrgStore, args: dict[str, Any]) -> Brief:
    """Raises `NoOffer`."""
    given = args["offer"]
    offer = await store.get("offers", str(given["id"] if isinstance(given, dict) else given))
    if offer is None or not offer.get("active", True):
        raise NoOffer(str(given))
    org = await store.get("orgs", store.id) or {}
    currency, deposit = str(offer.get("currency") or "KES"), int(offer.get("deposit") or 0)
    return Brief(
        offer=offer["_id"],
        name=_texts(offer["name"]),
        business=str(org.get("name") or ""),
        price=Money(int(offer["price"]), currency),
        deposit=Money(deposit, currency) if deposit else None,
        unit="night" if offer.get("unit") == "night" else "time",
        minutes=0 if offer.get("unit") == "night" else int(offer.get("duration_minutes") or 0),
        place=_place(org),
        link=address_of(args) if args.get("page") else "",
        phone=whatsapp_of(org),
    )


def whatsapp_of(org: Document) -> str:
    digits = re.sub(r"\D", "", str((org.get("settings") or {}).get("whatsapp_number") or ""))
    return f"+{digits}" if digits else ""


def tagged(link: str, platform: Platform, campaign: str, variation: str) -> str:
    """The address with the tags that `ads.adverts` knows a click of this variation by; the page's own query stays."""
    parts = urlsplit(link)
    tags = f"utm_source={platform}&utm_medium=paid&utm_campaign={campaign}&utm_content={variation}"
    return parts._replace(query=f"{parts.query}&{tags}" if parts.query else tags).geturl()


def _texts(value: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in value.items()} if isinstance(value, dict) else {"en": str(value)}


def _place(org: Document) -> dict[str, str]:
    """The part of the address that people say: "…, Kilimani, Nairobi" is in Kilimani."""
    parts = [part.strip() for part in str(org.get("address") or "").split(",")]
    said = parts[-2] if len(parts) > 1 else ""
    return {"en": said} if said and len(said) <= 20 and not any(letter.isdecimal() for letter in said) else {}

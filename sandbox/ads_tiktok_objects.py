"""What the simulated TikTok Business API takes for campaigns, ad groups and ads, and how it shows them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sandbox.ads_market import Live
from sandbox.ads_world import AdAccount, AdWorld, Thing

TIKTOK = "tiktok"
# path: (kind here, prefix of its fields)
KINDS = {"campaign": ("campaign", "campaign"), "adgroup": ("adset", "adgroup"), "ad": ("ad", "ad")}
OBJECTIVES = ("WEB_CONVERSIONS", "TRAFFIC", "REACH", "VIDEO_VIEWS", "LEAD_GENERATION", "ENGAGEMENT", "APP_PROMOTION")
MODES = ("BUDGET_MODE_DAY", "BUDGET_MODE_TOTAL", "BUDGET_MODE_INFINITE")
BID_TYPES = ("BID_TYPE_NO_BID", "BID_TYPE_CUSTOM", "BID_TYPE_MAX_CONVERSION")
_PRICES = ("bid_price", "conversion_bid_price")
_LONGEST_TEXT = 100
_STATUSES = {"ENABLE": "ENABLE", "DISABLE": "DISABLE"}


class TikTokError(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def wrong(text: str) -> TikTokError:
    return TikTokError(40002, text)


def check_new(world: AdWorld, account: AdAccount, path: str, given: dict[str, Any]) -> dict[str, Any]:
    """The fields of a thing to create. Raises TikTokError.

    `operation_status` is ignored, as for every advertiser that TikTok has not allow-listed: what is new is enabled.
    """
    if account.status != 1:
        raise TikTokError(40201, "The advertiser account is not in a state that allows this operation: balance")
    fields = {name: value for name, value in given.items() if name not in ("advertiser_id", "operation_status")}
    fields["operation_status"] = "ENABLE"
    {"campaign": _campaign, "adgroup": _adgroup, "ad": _ad}[path](world, account, fields)
    return fields


def _campaign(world: AdWorld, account: AdAccount, fields: dict[str, Any]) -> None:
    _text(fields, "campaign_name", 512)
    if fields.get("objective_type") not in OBJECTIVES:
        raise wrong(f"objective_type: must be one of {', '.join(OBJECTIVES)}")
    fields.setdefault("budget_mode", "BUDGET_MODE_INFINITE")
    if fields["budget_mode"] not in MODES:
        raise wrong(f"budget_mode: must be one of {', '.join(MODES)}")


def _adgroup(world: AdWorld, account: AdAccount, fields: dict[str, Any]) -> None:
    _text(fields, "adgroup_name", 512)
    _parent(world, account, fields, "campaign_id", "campaign")
    for name in ("billing_event", "optimization_goal", "schedule_type", "schedule_start_time", "pacing"):
        if not fields.get(name):
            raise wrong(f"{name}: Missing data for required field.")
    if not fields.get("location_ids"):
        raise wrong("location_ids: Missing data for required field.")
    if fields["optimization_goal"] == "CONVERT" and not fields.get("pixel_id"):
        raise wrong("pixel_id: Missing data for required field.")
    request = fields.get("request_id")
    taken = [one for one in world.things.values() if one.platform == TIKTOK and one.fields.get("request_id") == request]
    if request is not None and taken:
        raise wrong("request_id: the request was sent before")
    _budget(account, fields)
    fields.setdefault("bid_type", "BID_TYPE_NO_BID")
    _bid(fields, fields)


def _ad(world: AdWorld, account: AdAccount, fields: dict[str, Any]) -> None:
    _parent(world, account, fields, "adgroup_id", "adset")
    _text(fields, "ad_name", 512)
    _text(fields, "ad_text", _LONGEST_TEXT)
    if not fields.get("identity_id") or not fields.get("identity_type"):
        raise wrong("identity_id: Missing data for required field.")
    if not fields.get("video_id") and not fields.get("image_ids"):
        raise wrong("video_id: an ad needs a video or images")
    if fields.get("video_id"):
        if not fields.get("image_ids"):
            raise wrong("image_ids: You must upload an image")
        film = world.get(TIKTOK, str(fields["video_id"]))
        if film is None or film.kind != "video" or film.account != account.id:
            raise wrong("video_id: the video does not exist")
    if world.faults.use(TIKTOK, "rejected"):
        fields["disapproved"] = True
    fields["campaign_id"] = world.things[TIKTOK, fields["adgroup_id"]].fields["campaign_id"]


def check_change(account: AdAccount, path: str, given: dict[str, Any], thing: Thing) -> dict[str, Any]:
    """The fields that an update sets; all other fields stay. Raises TikTokError."""
    prefix = KINDS[path][1]
    changes = {name: value for name, value in given.items() if name not in ("advertiser_id", f"{prefix}_id")}
    if f"{prefix}_name" in changes:
        _text(changes, f"{prefix}_name", 512)
    if "budget" in changes:
        _budget(account, changes)
    if path == "adgroup" and {"bid_type", "budget", *_PRICES} & changes.keys():
        _bid(changes, thing.fields)
    return changes


def _bid(given: dict[str, Any], fields: dict[str, Any]) -> None:
    """`given` is what is to change of `fields`; both are the whole where the ad group is new.

    The field goes by what is paid for. Without a custom bid a price is ignored, as TikTok does.
    """
    now = {**fields, **given}
    if now.setdefault("bid_type", BID_TYPES[0]) not in BID_TYPES:
        raise wrong(f"bid_type: must be one of {', '.join(BID_TYPES)}")
    if now["bid_type"] != "BID_TYPE_CUSTOM":
        if "bid_type" in given:
            given.update(dict.fromkeys(_PRICES, 0))
        return
    name = "conversion_bid_price" if now["billing_event"] == "OCPM" else "bid_price"
    price = now.get(name)
    if isinstance(price, bool) or not isinstance(price, (int, float)) or price <= 0 or round(price, 2) != price:
        raise wrong(f"{name}: required with BID_TYPE_CUSTOM, above 0, at most two decimals")
    if price >= now["budget"]:
        raise wrong(f"{name}: must be lower than the budget")


def bid_of(fields: dict[str, Any]) -> float | None:
    if fields.get("bid_type") != "BID_TYPE_CUSTOM":
        return None
    return float(fields.get("conversion_bid_price" if fields.get("billing_event") == "OCPM" else "bid_price") or 0)


def _budget(account: AdAccount, fields: dict[str, Any]) -> None:
    budget = fields.get("budget")
    if isinstance(budget, bool) or not isinstance(budget, (int, float)):
        raise wrong("budget: Not a valid number.")
    if budget < account.smallest_budget:
        raise wrong(f"budget: The budget must be at least {account.smallest_budget}")
    if round(budget, 2) != budget:
        raise wrong("budget: at most two decimals")


def _text(fields: dict[str, Any], name: str, longest: int) -> None:
    value = fields.get(name)
    if not isinstance(value, str) or not value or len(value) > longest:
        raise wrong(f"{name}: Length must be between 1 and {longest}.")


def _parent(world: AdWorld, account: AdAccount, fields: dict[str, Any], name: str, kind: str) -> None:
    parent = world.get(TIKTOK, str(fields.get(name, "")))
    if parent is None or parent.kind != kind or parent.account != account.id or parent.deleted:
        raise wrong(f"{name}: does not exist or was deleted")


def shown(world: AdWorld, thing: Thing) -> dict[str, Any]:
    path = next(path for path, (kind, _) in KINDS.items() if kind == thing.kind)
    fields = {name: value for name, value in thing.fields.items() if name not in ("disapproved", "request_id")}
    return {
        **fields,
        "advertiser_id": thing.account,
        f"{KINDS[path][1]}_id": thing.id,
        "operation_status": "DELETE" if thing.deleted else thing.fields["operation_status"],
        "secondary_status": _secondary(world, thing, path),
        "create_time": _time(thing.created),
        "modify_time": _time(thing.updated),
    }


def _secondary(world: AdWorld, thing: Thing, path: str) -> str:
    begin = {"campaign": "CAMPAIGN_STATUS", "adgroup": "ADGROUP_STATUS", "ad": "AD_STATUS"}[path]
    if thing.deleted:
        return f"{begin}_DELETE"
    if thing.fields["operation_status"] != "ENABLE":
        return f"{begin}_DISABLE"
    if thing.fields.get("disapproved"):
        return f"{begin}_AUDIT_DENY"
    for name, says in (("adgroup_id", "ADGROUP_DISABLE"), ("campaign_id", "CAMPAIGN_DISABLE")):
        parent = world.get(TIKTOK, str(thing.fields.get(name, "")))
        if parent is not None and parent.fields["operation_status"] != "ENABLE":
            return f"{begin}_{says}"
    return f"{begin}_ENABLE" if path == "campaign" else f"{begin}_DELIVERY_OK"


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


PREPARED_AFTER = timedelta(seconds=20)  # until then a film has no cover


def film_shown(world: AdWorld, film: Thing) -> dict[str, Any]:
    ready = world.now() - film.created >= PREPARED_AFTER
    return {
        "video_id": film.id, "material_id": film.id[-10:], "file_name": film.fields["file_name"],
        "signature": film.fields["signature"], "size": film.fields["size"], "displayable": ready,
        "video_cover_url": f"https://p16.tiktokcdn.example/{film.fields['signature']}.jpeg" if ready else "",
    }  # fmt: skip


def runs(world: AdWorld, thing: Thing) -> Live | None:
    account = world.account(TIKTOK, thing.account)
    if thing.kind != "adset" or account is None or account.status != 1:
        return None
    if _secondary(world, thing, "adgroup") != "ADGROUP_STATUS_DELIVERY_OK":
        return None
    ads = [one for one in world.of(TIKTOK, thing.account, "ad") if one.fields["adgroup_id"] == thing.id]
    if not any(_secondary(world, ad, "ad") == "AD_STATUS_DELIVERY_OK" for ad in ads):
        return None
    ends = thing.fields.get("schedule_end_time")
    if ends and str(ends) <= _time(world.now()):
        return None
    return Live(
        id=thing.id, platform=TIKTOK, account=account.id, name=str(thing.fields["adgroup_name"]),
        budget=float(thing.fields["budget"]), currency=account.currency, bid=bid_of(thing.fields),
        result="click" if thing.fields.get("optimization_goal") == "CLICK" else "order",
    )  # fmt: skip

"""Pictures for ads in the console: kept once, refused in the person's language, put to an offer, seen by its people."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from storage.store import Insert
from tests.console.conftest import CLINIC, OTHER, Answer, Browser, House

PAGE = f"/o/{CLINIC}/ads/pictures"


def picture(width: int = 800, height: int = 800) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (20, 120, 140)).save(file, "PNG")
    return file.getvalue()


async def upload(browser: Browser, content: bytes, name: str = "chair.png") -> Answer:
    headers = {"X-CSRF-Token": browser.csrf, "Content-Type": "application/octet-stream"}
    address = browser.house.url(PAGE)
    async with browser.session.post(address, params={"name": name}, data=content, headers=headers) as answer:
        return Answer(answer.status, await answer.text(), dict(answer.headers))


async def test_the_same_content_is_kept_once_and_shown_to_its_own_people_only(house: House) -> None:
    owner = await house.browser("owner")
    first, again = await upload(owner, picture()), await upload(owner, picture(), "other.png")
    assert ("done=picture" in first.text, "done=picture-known" in again.text) == (True, True)
    (asset,) = await house.store.org(CLINIC).find("assets", {})
    assert (asset["name"], asset["width"], asset["kind"]) == ("chair.png", 800, "image")
    shown = await owner.get(f"{PAGE}/{asset['sha256']}")
    assert (shown.status, shown.headers["Content-Type"]) == (200, "image/png")
    assert "Meta: fits, and goes there with the ad" in (await owner.get(PAGE)).text
    stranger = await house.browser("owner", org=OTHER)
    assert (await stranger.get(f"/o/{OTHER}/ads/pictures/{asset['sha256']}")).status == 404


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "empty", "Faili ni tupu"),
        (b"<html>", "type", "Si JPEG, PNG, MP4 wala MOV"),
        (picture()[:600], "broken", "Imekatika au imeharibika"),
    ],
    ids=["empty", "a page", "cut off"],
)
async def test_what_is_no_picture_is_refused_in_the_persons_language(
    house: House, content: bytes, code: str, said: str
) -> None:
    owner = await house.browser("owner")
    user = await house.users.get(owner.user)
    assert user is not None
    await house.users.change(user, language="sw")
    refused = await upload(owner, content)
    assert (refused.status, code in refused.text, said in refused.text) == (422, True, True)
    assert await house.store.org(CLINIC).count("assets", {}) == 0


async def test_a_file_that_is_too_large_is_refused_while_it_comes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.console.ads_pictures.MOST_BYTES", 1000)
    owner = await house.browser("owner")
    refused = await upload(owner, picture(2000, 2000))
    assert (refused.status, "larger than 200 MB" in refused.text) == (422, True)


async def test_a_picture_is_put_to_an_offer_and_not_removed_while_ads_show_it(house: House) -> None:
    owner, store = await house.browser("owner"), house.store.org(CLINIC)
    await store.commit([Insert("offers", {"_id": "o1", "name": {"en": "Cleaning"}, "active": True, "order": 1})])
    await upload(owner, picture())
    (asset,) = await store.find("assets", {})
    assert (await owner.post(f"{PAGE}/use", id=asset["sha256"], offer="o1", angle="B")).status == 303
    assert (await owner.post(f"{PAGE}/use", id=asset["sha256"], offer="nobody's", angle="B")).status == 404
    (asset,) = await store.find("assets", {})
    assert (asset["offer"], asset["angle"]) == ("o1", "B")
    await store.commit(
        [
            Insert(
                "variations",
                {"_id": "v1", "campaign": "c1", "name": "B: trust", "creative": {"assets": [asset["_id"]]}},
            )
        ]
    )
    await store.commit(
        [
            Insert("campaigns", {"_id": id, "offer": "o1", "platform": "meta", "state": state})
            for id, state in (("waits", "waiting_for_approval"), ("runs", "active"))
        ]
    )
    for campaign, angle in (("waits", "A"), ("waits", "B"), ("runs", "B")):
        creative = {"texts": ["Hi"]}
        document = {"campaign": campaign, "angle": angle, "name": "n", "status": "draft", "creative": creative}
        await store.commit([Insert("variations", {"_id": f"{campaign}-{angle}", **document})])
    await owner.post(f"{PAGE}/use", id=asset["sha256"], offer="o1", angle="B")
    shown = await store.find("variations", {"creative.assets": {"contains": asset["_id"]}}, sort=[("_id", 1)])
    assert [each["_id"] for each in shown] == ["v1", "waits-B"]  # what is not launched yet, and of that angle
    held = await owner.post(f"{PAGE}/remove", id=asset["sha256"])
    assert (held.status, "Ads show it: B: trust, n." in held.text) == (409, True)


async def test_a_form_without_a_script_does_as_well(house: House) -> None:
    from aiohttp import FormData

    owner = await house.browser("owner")
    form = FormData({"csrf": owner.csrf})
    form.add_field("file", picture(), filename="chair.png", content_type="image/png")
    async with owner.session.post(house.url(PAGE), data=form, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, f"{PAGE}?done=picture")

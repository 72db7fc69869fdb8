"""The main job as a person sees it: real pages of the real server in a real Chromium, tapped, typed and read."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.aftermath import replays
from tests.e2e.screen import IN_BROWSER, SIZES, Screen
from tests.e2e.server import Server

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
NewScreen = Callable[..., Awaitable[Screen]]
_NUMBERS = itertools.count(1)
LATE_VIEWS = """
    const listen = EventSource.prototype.addEventListener;
    EventSource.prototype.addEventListener = function (kind, heard) {
        const late = (event) => setTimeout(() => { heard(event); document.body.dataset.viewed = "yes"; }, 1500);
        return listen.call(this, kind, kind === "phone" ? late : heard);
    };
"""


class SlowerServer(Server):
    """Prompts that stay for 15 seconds: a browser needs longer to enter a PIN than the control API does."""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "SANDBOX_SPEED": "4"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One for the file: every test brings a customer of its own."""
    started = SlowerServer(Path(tmp_path_factory.mktemp("browser")) / "data")
    await started.start()
    yield started
    if started.process is not None and started.process.returncode is None:
        await started.stop()
    await replays(started)


async def customer(server: Server, name: str, **profile: object) -> str:
    number = next(_NUMBERS)
    body = {"id": f"guest{number}", "name": name, "msisdn": f"2547002{number:05d}", **profile}
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{server.sandbox}/control/customers", json=body)
        assert answer.status_code == 201, answer.text
    return str(body["id"])


async def behave(server: Server, customer: str, **behaviour: object) -> None:
    """Choose how M-Pesa treats this customer; seconds are divided by the sandbox's speed."""
    async with httpx.AsyncClient() as http:
        answer = await http.put(f"{server.sandbox}/control/scenario/{customer}", json=behaviour)
        answer.raise_for_status()


@pytest_asyncio.fixture(loop_scope="session")
async def new_screen(server: Server, browser: Browser) -> AsyncIterator[NewScreen]:
    """Opens the phone of a customer nobody has met: `await new_screen("phone", language="sw")`."""
    opened: list[Screen] = []

    async def make(
        size: str = "desk", *, language: str = "en", name: str = "Akinyi Odhiambo", dark: bool = False
    ) -> Screen:
        screen = await Screen.opened(browser, size, dark=dark)
        opened.append(screen)
        await screen.pick_up(server.sandbox, await customer(server, name, language=language), language=language)
        return screen

    yield make
    for screen in opened:
        await screen.close()


async def choose(screen: Screen, greeting: str = "Hi, I want to book") -> None:
    """From the greeting to the question about the deposit, by tapping what comes first."""
    await screen.write(greeting)
    for _ in ("offer", "day", "time"):
        await screen.hear()
        await screen.tap()
    await screen.hear("deposit")


@pytest.mark.parametrize("size", SIZES)
async def test_a_customer_books_by_tapping(new_screen: NewScreen, size: str) -> None:
    screen = await new_screen(size)
    await expect(screen.part("empty")).to_contain_text("Say hello")
    await screen.shot(f"{size}-empty")
    await screen.write("Hi, I want to book")
    await screen.hear("Karibu Tabasamu Dental Clinic", "What would you like to book?")
    offer = await screen.tap()
    await expect(screen.page.locator("[data-author=customer]").last).to_contain_text(offer)
    await screen.hear(offer, "KSh", "Which day")
    await screen.said.last.get_by_test_id("list-open").click()
    await screen.fits()
    await screen.shot(f"{size}-list")
    await screen.page.keyboard.press("Escape")
    await screen.tap()
    await screen.hear("These times are free")
    await screen.tap()
    await screen.hear("deposit", "M-Pesa prompt", "0700 2000")
    await screen.shot({"desk": "phone", "phone": "phone-360"}[size])  # the pictures in docs/images/
    await screen.tap("Yes, send it")
    assert "Do you want to pay KES 500 to TABASAMU DENTAL CLINIC" in await screen.prompt()
    await screen.part("stk-pin").fill("1234")
    await screen.fits()
    await screen.shot(f"{size}-prompt")
    await screen.enter_pin("1234")
    await screen.hear("Enter your M-Pesa PIN")
    await screen.hear("You are booked, Akinyi", "Booking number", "We received your KSh 500", "Jabavu Plaza")
    await screen.texted("Ksh500.00 sent to TABASAMU DENTAL CLINIC")
    await expect(screen.part("balance")).to_have_text("KES 24,500")
    await screen.fits()
    await screen.shot(f"{size}-booked")


@pytest.mark.parametrize("size", SIZES)
async def test_a_customer_books_in_swahili(new_screen: NewScreen, size: str) -> None:
    screen = await new_screen(size, language="sw", name="Juma Otieno", dark=True)
    await expect(screen.part("empty")).to_contain_text("Salimia")
    await screen.write("Habari, naomba kuweka miadi")
    await screen.hear("Karibu Tabasamu Dental Clinic", "Ungependa")
    await screen.tap()
    await screen.hear("siku gani")
    await screen.tap()
    await screen.hear("Nikuwekee")
    await screen.shot(f"{size}-swahili")
    await screen.write("ya pili")
    await screen.hear("deposit ni", "Nitume")
    await screen.tap("Ndio, tuma")
    assert "Je, unataka kulipa KES 500 kwa TABASAMU DENTAL CLINIC" in await screen.prompt()
    await screen.shot(f"{size}-swahili-prompt")
    await screen.enter_pin("1234")
    await screen.hear("Weka PIN")
    await screen.hear("Tayari Juma, umebook", "Tumepokea KSh 500", "asante")
    await screen.fits()
    await screen.shot(f"{size}-swahili-booked")


async def test_a_prompt_that_was_cancelled_comes_again(new_screen: NewScreen) -> None:
    screen = await new_screen("phone")
    await choose(screen)
    await screen.tap("Yes, send it")
    await screen.prompt()
    await screen.part("stk-cancel").click()
    await expect(screen.part("stk")).to_be_hidden()
    await screen.hear("Check your phone")
    await screen.hear("was cancelled, nothing was paid")
    await expect(screen.part("balance")).to_have_text("KES 25,000")
    await screen.shot("phone-cancelled")
    await screen.tap("Send it again")
    await screen.prompt()
    await screen.enter_pin("1234")
    await screen.hear("Check your phone")
    await screen.hear("You are booked")
    await screen.texted("Ksh500.00 sent to")


async def test_a_wrong_pin_is_told_and_the_right_one_books(new_screen: NewScreen) -> None:
    screen = await new_screen()
    await choose(screen)
    await screen.tap("Yes, send it")
    await screen.prompt()
    await screen.enter_pin("9999")
    await screen.hear("Check your phone")
    await screen.hear("PIN was wrong, nothing was paid")
    await screen.tap("Send it again")
    await screen.prompt()
    assert await screen.part("stk-pin").input_value() == ""
    await screen.enter_pin("1234")
    await screen.hear("Check your phone")
    await screen.hear("You are booked")
    await expect(screen.part("balance")).to_have_text("KES 24,500")


async def test_money_that_comes_after_the_time_out_still_books(server: Server, new_screen: NewScreen) -> None:
    screen = await new_screen("phone")
    await screen.part("scenario").locator("summary").click()
    await screen.part("scenario-callback").select_option("late_success")
    await screen.shot("phone-trouble")
    await screen.part("scenario").locator("summary").click()
    await choose(screen)
    who = await screen.part("customer-picker").input_value()
    await behave(server, who, force_result=1037, late_success=32)
    await screen.tap("Yes, send it")
    await screen.hear("Check your phone")
    await expect(screen.part("stk")).to_be_hidden()
    await screen.page.wait_for_timeout(1500)  # M-Pesa's "no answer from the phone" is on its way
    await screen.move_clock("clock-15m")
    await screen.hear("could not reach that phone", "I am still checking")
    await screen.shot("phone-timeout")
    await expect(screen.said.last).to_contain_text("You are booked", timeout=20_000)
    await expect(screen.part("balance")).to_have_text("KES 24,500")
    await screen.shot("phone-late")


async def test_who_asks_for_a_person_gets_one_and_the_bot_keeps_quiet(new_screen: NewScreen) -> None:
    screen = await new_screen()
    await screen.write("hello")
    await screen.hear("What would you like")
    await screen.write("agent")
    await screen.hear("I am calling someone from Tabasamu Dental Clinic")
    heard = await screen.said.count()
    await screen.write("are you there?")
    await expect(screen.page.locator("[data-author=customer]").last).to_have_attribute(
        "data-status", re.compile("delivered|read")
    )
    await screen.page.wait_for_timeout(1000)
    assert await screen.said.count() == heard
    await screen.shot("desk-handoff")


async def test_a_booking_needs_no_mouse(new_screen: NewScreen) -> None:
    """Tab to what is to be chosen, Enter to choose it; the list and the prompt take the focus themselves."""
    screen = await new_screen()
    keyboard = screen.page.keyboard

    async def tab_to(testid: str) -> None:
        wanted = f"document.activeElement.dataset.testid === {testid!r}"
        newest = (
            f"{wanted} && document.activeElement === [...document.querySelectorAll('[data-testid={testid}]')].at(-1)"
        )
        for _ in range(40):
            if await screen.page.evaluate(wanted if testid == "message-input" else newest):
                return
            await keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {testid}")

    async def answer() -> None:
        if await screen.said.last.get_by_test_id("list-open").count():
            await tab_to("list-open")
            await keyboard.press("Enter")
            await expect(screen.part("list-row").first).to_be_focused()
        else:
            await tab_to("reply-button")
            for _ in range(await screen.said.last.get_by_test_id("reply-button").count() - 1):
                await keyboard.press("Shift+Tab")
        await keyboard.press("Enter")

    await tab_to("message-input")
    await keyboard.type("Hi, I want to book")
    await keyboard.press("Enter")
    for _ in ("offer", "day", "time", "deposit"):
        await screen.hear()
        await answer()
    await screen.prompt()
    await keyboard.type("1234")
    await screen.shot("desk-keyboard")
    await keyboard.press("Enter")
    await screen.hear("Check your phone")
    await screen.hear("You are booked")
    await expect(screen.part("message-input")).to_be_focused()


async def test_two_quick_taps_move_the_clock_two_days(new_screen: NewScreen) -> None:
    screen = await new_screen("phone", dark=True)
    before = await screen.now()
    await screen.part("clock-1d").dblclick()
    await expect(screen.part("clock")).to_have_attribute("aria-busy", "false")
    passed = await screen.now() - before
    assert timedelta(days=2) <= passed < timedelta(days=2, minutes=2)


async def test_the_clock_is_right_once_it_is_no_longer_busy_however_late_the_phone_is_drawn(
    new_screen: NewScreen,
) -> None:
    """The move's answer and the views of the phone come by two ways, and nothing says which comes first."""
    screen = await new_screen("phone")
    await screen.page.add_init_script(LATE_VIEWS)
    await screen.page.reload()
    await expect(screen.part("phone")).to_have_attribute("data-state", "ready")
    before = await screen.now()
    await screen.page.evaluate("delete document.body.dataset.viewed")
    await screen.move_clock("clock-1d")
    assert await screen.now() - before >= timedelta(days=1)
    await expect(screen.page.locator("body")).to_have_attribute("data-viewed", "yes")
    assert timedelta(days=1) <= await screen.now() - before < timedelta(days=1, minutes=2)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "sw"])
async def test_the_front_page_leads_to_a_business(server: Server, browser: Browser, size: str, language: str) -> None:
    screen = await Screen.opened(browser, size, dark=language == "sw")
    await screen.page.goto(f"{server.url}/?lang={language}")
    await expect(screen.part("business")).to_have_count(2)
    await screen.fits()
    await screen.shot("home" if (size, language) == ("desk", "en") else f"{size}-home-{language}")
    await screen.part("business").filter(has_text="Tabasamu").get_by_test_id("talk").click()
    await expect(screen.part("business-name")).to_have_text("Tabasamu Dental Clinic")
    await expect(screen.part("language-picker")).to_have_value(language)
    await screen.close()


async def test_the_page_says_when_the_server_is_gone_and_goes_on_when_it_is_back(
    browser: Browser, tmp_path: Path
) -> None:
    server = SlowerServer(tmp_path / "data")
    await server.start()
    screen = await Screen.opened(browser, "phone")
    try:
        await screen.pick_up(server.sandbox, "wanjiku")
        await screen.write("hello")
        await screen.hear("What would you like")
        await server.stop()
        await expect(screen.part("problem")).to_contain_text("connection to the sandbox is lost")
        await screen.shot("phone-gone")
        await server.start()
        await expect(screen.part("problem")).to_be_hidden(timeout=15_000)
        await screen.tap()
        await screen.hear("Which day")
    finally:
        if server.process is not None and server.process.returncode is None:
            await server.stop()
        await screen.page.close()


async def test_the_reminder_comes_as_the_clock_is_moved(new_screen: NewScreen) -> None:
    screen = await new_screen()
    await screen.write("hi")
    await screen.hear()
    await screen.tap()
    await screen.hear("Which day")
    await screen.write("in 5 days")
    await screen.hear()
    await screen.tap()
    await screen.hear("deposit")
    await screen.tap("Yes, send it")
    await screen.prompt()
    await screen.enter_pin("1234")
    await screen.hear()
    await screen.hear("You are booked")
    reminder = screen.said.filter(has_text="a reminder from Tabasamu Dental Clinic")
    for _ in range(9):  # the fifth day may be one on which nobody works
        await screen.move_clock("clock-1d")
        if await reminder.count():
            break
    await expect(reminder).to_be_visible()
    await screen.shot("desk-reminder")
    await screen.fits()

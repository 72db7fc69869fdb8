"""How the laws are tried: as often as a test says, and however long a busy machine takes over one example; and the
browser, of which each worker begins one.

Every run of the suite tries the same examples, so that what is red once is red again; `make soak` draws new ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest_asyncio
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.async_api import Browser

settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("drawing", deadline=None, print_blob=True)
settings.load_profile("suite")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, for tests that run in the session's loop; each window of theirs is a profile of its own."""
    from tests.e2e.screen import chromium  # here: most tests need no browser

    async with chromium() as opened:
        yield opened

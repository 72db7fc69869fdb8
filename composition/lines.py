"""What leads outside: a client for each provider, opened together and closed together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import httpx
import msgspec

from channels.transport import AiohttpTransport
from channels.whatsapp.accounts import Accounts, Token
from channels.whatsapp.client import GraphClient
from composition.ground import Ground
from composition.settings import Secret
from crm import orgs
from hooks.posting import Poster
from hooks.sending import Sender

WHATSAPP_TOKEN = "whatsapp_token"  # noqa: S105 - the name of a secret, not one
DEMO_TOKEN = Secret("demo-access-token")


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """`graph` is Meta's, on which each business has its own `whatsapp`; `hooks` leads to its own programs."""

    graph: GraphClient
    whatsapp: Accounts
    daraja: httpx.AsyncClient
    ads: httpx.AsyncClient
    hooks: Sender


@asynccontextmanager
async def opened_lines(ground: Ground) -> AsyncIterator[Lines]:
    settings = ground.settings
    async with AsyncExitStack() as stack:
        transport = AiohttpTransport()
        meta = await stack.enter_async_context(httpx.AsyncClient(transport=transport, trust_env=False))
        # one for both clients: reading the authorities takes longer than all else of a client
        tls = httpx.create_ssl_context(trust_env=False)
        daraja, ads = [
            await stack.enter_async_context(httpx.AsyncClient(trust_env=False, follow_redirects=False, verify=tls))
            for _ in range(2)
        ]
        graph = GraphClient(meta, base_url=settings.whatsapp.base_url, post=transport.post)
        yield Lines(
            graph=graph,
            whatsapp=Accounts(graph, whatsapp_token(ground)),
            daraja=daraja,
            ads=ads,
            hooks=Sender(Poster(settings.webhook_hosts), lambda: datetime.now(UTC)),
        )


def whatsapp_token(ground: Ground) -> Token:
    async def token(org: str) -> str:
        own = (await orgs.get_secrets(ground.store, ground.vault, org)).get(WHATSAPP_TOKEN, "")
        return own or (DEMO_TOKEN if ground.settings.demo else "")

    return token

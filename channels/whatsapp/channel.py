"""One WhatsApp business number as a `channels.channel.Channel`."""

from __future__ import annotations

from typing import Any

from channels.channel import Address, Part, SentReceipt
from channels.failures import OutcomeUnknown
from channels.outgoing import File, OutgoingMessage
from channels.whatsapp import outbound
from channels.whatsapp.client import GraphClient, message_id, message_status

THROUGHPUT = 80.0  # messages a second, a number's default (facts, 1.12)


class WhatsAppNumber:
    """`number` is the phone_number_id; `token` may act for it."""

    name = "whatsapp"

    def __init__(self, client: GraphClient, number: str, token: str, *, throughput: float = THROUGHPUT) -> None:
        self._client = client
        self._token = token
        self.number = number
        self.throughput = throughput

    def parts(self, message: OutgoingMessage) -> tuple[Part, ...]:
        laid_out = outbound.parts(message)
        if not message.replies_to:
            return laid_out
        first, *rest = laid_out
        quoted = Part(
            text=first.text,
            body={**first.body, "context": {"message_id": message.replies_to}},
            template=first.template,
            upload=first.upload,
        )
        return (quoted, *rest)

    def plain(self, message: OutgoingMessage) -> tuple[Part, ...]:
        return outbound.as_text(message)

    async def send(self, part: Part, to: Address, ref: str) -> SentReceipt:
        content = part.body
        if isinstance(part.upload, File):
            content = await self._uploaded(part.upload, content)
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(to),
            **content,
            "biz_opaque_callback_data": ref,
        }
        answer = await self._client.post_message(self._token, self.number, body)
        id = message_id(answer)
        if not id:
            raise OutcomeUnknown("accepted without a message id")
        return SentReceipt(id=id, status=message_status(answer))

    async def mark_read(self, id: str, *, typing: bool = False) -> None:
        """Two ticks for the person, and the sign that an answer is being written. Free, and safe to repeat."""
        await self._client.post_message(self._token, self.number, outbound.read_body(id, typing=typing))

    async def _uploaded(self, file: File, content: dict[str, Any]) -> dict[str, Any]:
        media = await self._client.upload(self._token, self.number, file.filename, file.mime_type, file.content)
        kind = content["type"]
        return {**content, kind: {**content[kind], "id": media}}


def _recipient(to: Address) -> dict[str, str]:
    """A phone goes into `to`, a user id into `recipient`: in `to` it would be stripped to digits and be lost."""
    if to.phone:
        return {"to": to.phone.removeprefix("+")}
    return {"recipient": to.user_id}

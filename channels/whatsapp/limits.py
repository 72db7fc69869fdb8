"""What a WhatsApp message shows, for `aais check`: the numbers that `outbound` works by."""

from __future__ import annotations

from channels.whatsapp import outbound
from engine.checks import Channel

WHATSAPP = Channel(
    name="WhatsApp",
    text=outbound.TEXT,
    buttons=outbound.BUTTONS,
    button_label=outbound.BUTTON_TITLE,
    button_text=outbound.BODY,
    rows=outbound.ROWS,
    row_label=outbound.ROW_TITLE,
    list_text=outbound.LIST_BODY,
)

"""QR codes for posters, receipts and shop windows."""

from __future__ import annotations

import io

import segno


def svg(link: str) -> bytes:
    """A code that scales to any size; medium error correction, so that a scratched one still reads."""
    out = io.BytesIO()
    segno.make_qr(link, error="m").save(out, kind="svg", border=4, xmldecl=False, svgclass=None, lineclass=None)
    return out.getvalue()


def png(link: str, *, scale: int = 8) -> bytes:
    """The same as an image of `scale` pixels a module."""
    out = io.BytesIO()
    segno.make_qr(link, error="m").save(out, kind="png", border=4, scale=scale)
    return out.getvalue()

"""Personal fields in a document: sealed under the person's own key, each bound to its document and name."""

from __future__ import annotations

from collections.abc import Mapping

from storage.store import Document
from storage.vault import OrgVault


def sealed(vault: OrgVault, subject: str, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields that say something, sealed. The subject's key must be loaded (`ensure`)."""
    return {name: vault.seal(subject, text.encode(), aad=_aad(subject, name)) for name, text in fields.items() if text}


def opened(vault: OrgVault, document: Document, *, subject: str = "") -> dict[str, str]:
    """A document's `sealed` fields in the clear. Raises `Unreadable` for a person who was erased."""
    owner = subject or document["_id"]
    return {
        name: vault.unseal(owner, token, aad=_aad(owner, name)).decode()
        for name, token in (document.get("sealed") or {}).items()
    }


def _aad(subject: str, field: str) -> bytes:
    return f"{subject}/{field}".encode()

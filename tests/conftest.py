"""How the laws are tried: as often as a test says, and however long a busy machine takes over one example."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

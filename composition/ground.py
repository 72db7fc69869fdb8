"""What all rooms stand on."""

from __future__ import annotations

import msgspec

from composition.settings import Settings
from runtime.clock import Clock
from runtime.release import Published
from storage.base import BaseStore
from storage.vault import Vault
from web.metrics import Prometheus


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Made first; nothing in it knows of a room."""

    settings: Settings
    store: BaseStore
    vault: Vault
    metrics: Prometheus
    published: Published
    clock: Clock

"""What one order is worth, what may be paid for it, and how many can be served. Pure; nothing here knows a platform."""

from __future__ import annotations

from ads.profit.capacity import Capacity, capacity
from ads.profit.economics import Economics, economics
from ads.profit.figure import Figure
from ads.profit.offer import BadOffer, Costs

__all__ = ["BadOffer", "Capacity", "Costs", "Economics", "Figure", "capacity", "economics"]

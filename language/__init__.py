"""What people type, as typed answers: English, Swahili and Sheng mixed. Pure: no I/O, no clock of its own."""

from language.detect import detect
from language.understand import understand

__all__ = ["detect", "understand"]

"""The loop: an event is stored, stepped, committed, and its actions carried out."""

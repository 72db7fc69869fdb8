"""How messages leave and arrive: the one dispatcher that sends, and an adapter per channel."""

"""The pure engine: YAML in, Step out. No I/O, no clock, no randomness."""

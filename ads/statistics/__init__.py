"""What can be known of ads from their figures: pure, deterministic, with its uncertainty said. Imports the engine only.

numpy and scipy are imported inside the modules that need them, and none of those is imported here, so that a server
that never decides about ads never loads them.
"""

"""How the laws are tried: as often as a test says, and however long a busy machine takes over one example.

Every run of the suite tries the same examples, so that what is red once is red again; `make soak` draws new ones.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("drawing", deadline=None, print_blob=True)
settings.load_profile("suite")

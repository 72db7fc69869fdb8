"""`python -m cli` is `aais`."""

from __future__ import annotations

from cli import main

raise SystemExit(main())

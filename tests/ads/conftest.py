"""The simulated platforms of these tests are on this machine, which no account may be at unless somebody says so."""

from __future__ import annotations

from ads.line import allow_host

allow_host("127.0.0.1")

"""Findings written out: for people, for GitHub, as SARIF, as JSON. Pure: findings and sources in, text out."""

from __future__ import annotations

from engine.reporting.github import github
from engine.reporting.json import as_json
from engine.reporting.people import explained, people, summary
from engine.reporting.sarif import sarif

__all__ = ["as_json", "explained", "github", "people", "sarif", "summary"]

"""What is raised where settings cannot be used; apart from them, so that a command that reads none starts quickly."""

from __future__ import annotations


class SettingsError(Exception):
    """One or more settings cannot be used. `problems` has a sentence for each, naming the variable."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems

"""The two ways a rule fails: refused at upload, or in error while it runs (which denies)."""

from __future__ import annotations


class RulesSyntaxError(Exception):
    """The rules cannot be used; `at` is a character offset in the text being read."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


class RulesRejectedError(Exception):
    """The rules document was refused; the text begins with `line:column: `."""


class EvaluationError(Exception):
    """A run-time error in a rule; the whole rule counts as false."""

"""Random examples that are the same ones each time, so that a red test is red because of a change.

Hypothesis mixes constants into what it draws, which it reads from whatever of the project is imported at that moment:
what else a process has run, and every number in a line of code, would lead to other examples under the same seed.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants


def draw_the_same() -> None:
    """Let every test draw the same examples each time, in its own time; one that explores says so in its settings."""
    providers._get_local_constants = Constants
    settings.register_profile("suite", derandomize=True, database=None, deadline=None)
    settings.load_profile("suite")

"""What is written by hand in generated classes: a mixin for the class of a resource, by API and name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Addition:
    """Base classes that bring methods in; each is a subclass of its language's plain resource."""

    python_module: str
    python_class: str
    """The asynchronous one has ``Async`` before its name."""
    typescript_module: str
    """Seen from ``src/``."""
    typescript_class: str


ADDITIONS: dict[str, dict[str, Addition]] = {
    "partner": {
        "jobs": Addition("layers_partner.waiting", "WaitingJobs", "waiting.js", "WaitingJobs"),
    },
    "operator_api": {},
}

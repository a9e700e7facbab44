"""What is written by hand in generated classes: a mixin for the class of a resource, by API and name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.sdk.model import Api, Resource


@dataclass(frozen=True)
class Addition:
    """Base classes that bring methods in; each is a subclass of its language's plain resource."""

    python_module: str
    python_class: str
    """The asynchronous one has ``Async`` before its name."""
    typescript_module: str
    """Seen from ``src/``."""
    typescript_class: str
    methods: tuple[str, ...]
    """The methods that they bring in, in snake_case."""


def members_of(api: Api, resource: Resource) -> list[str]:
    """Return the names of everything that a resource has, as its users see it."""
    addition = ADDITIONS[api.key].get(".".join(resource.path))
    added = addition.methods if addition is not None else ()
    return [*sorted((*resource.methods, *added)), *resource.children]


ADDITIONS: dict[str, dict[str, Addition]] = {
    "partner": {
        "jobs": Addition(
            python_module="layers_partner.waiting",
            python_class="WaitingJobs",
            typescript_module="waiting.js",
            typescript_class="WaitingJobs",
            methods=("wait",),
        ),
        "events": Addition(
            python_module="layers_partner.following",
            python_class="FollowingEvents",
            typescript_module="following.js",
            typescript_class="FollowingEvents",
            methods=("follow",),
        ),
    },
    "operator_api": {},
}

"""What is called: a route of the API, by its name in the libraries."""

from __future__ import annotations

from typing import NamedTuple


class Operation(NamedTuple):
    """A route of the API."""

    name: str
    """In the libraries, such as ``leased_accounts.list``."""
    method: str
    path: str
    """With its parameters in braces: ``/v1/projects/{projectId}/leased-accounts``."""

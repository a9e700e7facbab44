"""Settings of a client, for tests of the core."""

from __future__ import annotations

from typing import Any

from tests.sdk.python.conftest import KEY

from layers_partner.core.configuration import PARTNER_KEY, Configuration, configure


def configuration(**changes: Any) -> Configuration:
    """Return settings, as a client has them by default."""
    given: dict[str, Any] = {
        "secret": KEY,
        "base_url": "https://api.example.com",
        "timeout": 60.0,
        "max_retries": 2,
        **changes,
    }
    return configure(PARTNER_KEY, **given)

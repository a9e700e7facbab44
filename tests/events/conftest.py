"""What the tests of events share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio
from tests.support.quiet import quiet, quiet_urls  # noqa: F401 - pytest finds fixtures here

if TYPE_CHECKING:
    from tests.support.installation import Family
    from tests.support.quiet import Quiet


@pytest_asyncio.fixture
async def family(quiet: Quiet) -> Family:  # noqa: F811 - it is the fixture
    """A partner with two children, and keys, in a tenant of their own."""
    return await quiet.installation.family()

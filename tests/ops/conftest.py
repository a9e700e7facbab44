"""Operators, and what authenticates them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio
from tests.ops.working import claim

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation


@pytest.fixture
async def operator(installation: Installation) -> dict[str, str]:
    """What authenticates an operator."""
    return await installation.operator("operator")


@pytest.fixture
async def finance(installation: Installation) -> dict[str, str]:
    """What authenticates an operator who moves credits and cash."""
    return await installation.operator("finance")


@pytest.fixture
def mark() -> str:
    """A vertical that no other test's accounts have."""
    return f"v{uuid4().hex}"


@pytest_asyncio.fixture
async def worker(api: httpx2.AsyncClient, installation: Installation) -> dict[str, str]:
    """What authenticates a worker; nothing that other tests have left waits any more."""
    headers = await installation.operator("worker")
    while await claim(api, headers, max=50):
        pass
    return headers

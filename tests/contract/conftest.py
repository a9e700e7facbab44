"""What only tests of the whole contract need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.counters import PROGRAM, Store

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Where servers count together; a test that needs it is skipped on a machine without one."""
    if PROGRAM is None:
        pytest.skip("there is neither redis-server nor valkey-server on this machine")
    store = Store(PROGRAM, tmp_path_factory.mktemp("store"))
    try:
        store.start()
        yield store
    finally:
        store.stop()

"""Letting the processes of a server keep their numbers in one folder, so that each can show the sum."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@contextlib.contextmanager
def shared_numbers() -> Iterator[None]:
    """Make the folder, and remove it at the end; one that the environment names already is left alone.

    The client library looks for it when a process first imports it, so that must come later.
    """
    if _FOLDER in os.environ:
        yield
        return
    folder = tempfile.mkdtemp(prefix="layers-metrics-")
    os.environ[_FOLDER] = folder
    try:
        yield
    finally:
        del os.environ[_FOLDER]
        shutil.rmtree(folder, ignore_errors=True)

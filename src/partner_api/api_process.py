"""Where a process that answers requests begins: as a part of its supervisor, and not without it."""

from __future__ import annotations

import gc
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from typing import TYPE_CHECKING

from partner_api.logs import configure_logging
from partner_api.settings import load_settings

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from partner_api.edge.asgi import Edge

_LOOK_SECONDS = 1.0
# Python's own is 700. So many small objects are a few megabytes.
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


def create_app() -> Edge:
    """Make the application of this process, which ends when its supervisor does.

    Ctrl-C is for the supervisor alone, which then stops its processes in order.

    Raises:
        SettingsError: the environment has something unusable.
    """
    os.setsid()
    # What the supervisor does at a signal came along with the fork; until the HTTP server has its
    # own handlers, the end is simply the end.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    settings = load_settings(os.environ)
    configure_logging(settings.log_format, settings.log_level)
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        end_with(supervisor, within_seconds=settings.shutdown_seconds)
    from partner_api.app import create_app

    app = create_app(settings)
    collect_rarely()
    return app


def collect_rarely() -> None:
    """Keep the cycle collector away from what lives as long as the process, and from most requests.

    A request leaves no cycles behind, but while a hundred are in flight their objects are many, and by default
    they are all gone through again and again: that took an eighth of the processor's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])


def end_with(supervisor: BaseProcess, *, within_seconds: float) -> None:
    """Stop this process when its supervisor is gone: nothing else ever would.

    Args:
        supervisor: the parent.
        within_seconds: how long the requests in flight may take to finish.
    """

    def watch() -> None:
        # The sentinel tells at once, unless a process forked later holds its other end too.
        while os.getppid() == supervisor.pid:
            multiprocessing.connection.wait([supervisor.sentinel], timeout=_LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(within_seconds)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()

"""The supervisor: one process that starts the database, the API processes and the sweeps.

The sweeps run on a thread of this process, which otherwise only waits; the API runs in processes
of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from typing import TYPE_CHECKING

import asyncpg
import structlog
from granian.constants import Interfaces, Loops
from granian.server import Server

from partner_api.bell import Bell
from partner_api.clock import Clock
from partner_api.database.connection import open_pool
from partner_api.database.embedded import DatabaseStartError, EmbeddedPostgres
from partner_api.database.location import locate
from partner_api.generation.storage import open_storage
from partner_api.interruptions import stop_like_control_c, stops_deferred
from partner_api.logs import GRANIAN_LOGGING
from partner_api.rehearsal.installation import following_installation
from partner_api.rendering_worker.loop import CONNECTIONS_PER_PROCESS, run_rendering
from partner_api.startup import (
    StartupError,
    load_secret_keys,
    prepare_database,
    run_with_database,
)
from partner_api.sweeps import all_sweeps
from partner_api.sweeps.loop import run_sweeps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partner_api.crypto import SecretKeys
    from partner_api.database.location import DatabaseLocation
    from partner_api.generation.storage import Storage
    from partner_api.settings import Settings

_log = structlog.get_logger(__name__)
_SWEEP_CONNECTIONS = 4
_RETRY_SECONDS = 5.0


@contextlib.contextmanager
def supervised_database(settings: Settings) -> Iterator[DatabaseLocation]:
    """Give the database; start the embedded one if these settings use it, and stop it at the end.

    Raises:
        DatabaseStartError: the embedded server cannot start, or another process supervises it.
    """
    if settings.database_url is not None:
        yield locate(settings)
        return
    server = EmbeddedPostgres(settings.data_dir, user=settings.embedded_user)
    try:
        server.start()
        for note in server.notes:
            _log.info("database_note", note=note)
        yield locate(settings)
    finally:
        server.stop()


@contextlib.contextmanager
def available_database(settings: Settings) -> Iterator[DatabaseLocation]:
    """Give the database for one command: the one that runs, or one started for the time being.

    Raises:
        DatabaseStartError: the embedded server does not run and cannot start.
    """
    with contextlib.ExitStack() as stack:
        try:
            location = locate(settings)
        except DatabaseStartError:
            location = stack.enter_context(supervised_database(settings))
        yield location


def require_free_port(host: str, port: int) -> None:
    """Notice a port in use before anything is started.

    Raises:
        StartupError: it is in use, or not this account's to open.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # A port that a stopped server left in TIME_WAIT is free; one with a listener is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartupError(
                f"Cannot listen on {host} port {port}: {(error.strerror or 'refused').lower()}. "
                "Choose another with --port, or with PORT= for make run."
            ) from error


def serve(
    settings: Settings,
    *,
    announce: Callable[[DatabaseLocation, SecretKeys], Callable[[], None]],
    render: bool,
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP, then finish what has begun and stop everything.

    Args:
        settings: where and how.
        announce: called when the database is ready; what it gives is called when the API answers.
        render: whether to render slideshows too.

    Raises:
        StartupError, MigrationError, DatabaseStartError: it cannot start; the sentence says why.
    """
    require_free_port(settings.host, settings.port)
    # Until the API has its own handlers, a stop is an orderly end of this block.
    stop_like_control_c(signal.SIGTERM)
    # A closed terminal is a stop too, unless nohup says otherwise.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        stop_like_control_c(signal.SIGHUP)
    with supervised_database(settings) as location:
        secret_keys = load_secret_keys(settings)
        run_with_database(
            prepare_database(
                settings,
                location,
                secret_keys,
                # With a database of their own, people decide when it is migrated.
                migrate_first=settings.database_url is None or settings.development,
            )
        )
        storage = open_storage(settings, secret_keys)
        ready = announce(location, secret_keys)
        with _working(settings, location, storage, render=render):
            _serve_api(settings, ready)


def _serve_api(settings: Settings, ready: Callable[[], None]) -> None:
    # Starting the database took a while, and somebody else may have come meanwhile.
    require_free_port(settings.host, settings.port)
    server = Server(
        "partner_api.api_process:create_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        factory=True,
        websockets=False,
        log_dictconfig=GRANIAN_LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=settings.shutdown_seconds,
    )
    # The HTTP server would take SIGHUP for a wish to have new processes.
    hangup = signal.getsignal(signal.SIGHUP)
    stop = signal.SIG_IGN if hangup is signal.SIG_IGN else server.signal_handler_interrupt
    server.on_startup(lambda: signal.signal(signal.SIGHUP, stop))
    watcher = threading.Thread(
        target=_call_when_listening, args=(settings.host, settings.port, ready), daemon=True
    )
    watcher.start()
    try:
        server.serve()
    except SystemExit as end:
        # A process that got the same signal and obeyed it sooner than this one is no failure.
        if not server.interrupt_signal:
            raise StartupError(
                "The processes that answer requests end as soon as they start; "
                "what they logged says why."
            ) from end


def _call_when_listening(host: str, port: int, ready: Callable[[], None]) -> None:
    from partner_api.readiness import wait_until_ready

    if wait_until_ready(host, port):
        ready()


@contextlib.contextmanager
def _working(
    settings: Settings, location: DatabaseLocation, storage: Storage, *, render: bool
) -> Iterator[None]:
    loop_ready = threading.Event()
    stops: list[Callable[[], object]] = []

    async def work() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(stop.set))
        loop_ready.set()
        await work_until(stop, settings, location, storage, render=render)

    thread = threading.Thread(target=lambda: asyncio.run(work()), name="background")
    try:
        with stops_deferred():
            thread.start()
            loop_ready.wait()
        yield
    finally:
        stops[0]()
        thread.join()


async def work_until(
    stop: asyncio.Event,
    settings: Settings,
    location: DatabaseLocation,
    storage: Storage,
    *,
    render: bool,
) -> None:
    """Do the background work until ``stop`` is set; a database that is away is awaited.

    Args:
        stop: when it is set, what has begun is finished or given back.
        settings: how.
        location: the database, on which this has a pool of its own.
        storage: where the files of generated content are.
        render: whether to render slideshows too, beside the sweeps.
    """
    connections = _SWEEP_CONNECTIONS
    if render:
        connections += CONNECTIONS_PER_PROCESS * settings.render_processes
    while not stop.is_set():
        try:
            pool = await open_pool(location.application_url, connections)
            clock = Clock()
            try:
                _log.info("sweeps_started")
                bell = Bell(pool)
                async with (
                    following_installation(pool, clock, development=settings.development),
                    bell.hearing_others(),
                    asyncio.TaskGroup() as tasks,
                ):
                    tasks.create_task(run_sweeps(pool, clock, bell, all_sweeps(storage), stop))
                    if render:
                        tasks.create_task(run_rendering(pool, clock, storage, settings, stop))
            finally:
                await pool.close()
        except (OSError, asyncpg.PostgresError) as error:
            _log.warning("sweeps_not_started", reason=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _RETRY_SECONDS)

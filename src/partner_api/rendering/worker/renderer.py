"""A rendering process, as its worker sees it: started when needed, replaced when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import structlog

from partner_api.rendering.worker.messages import (
    LENGTH,
    Done,
    Failed,
    Message,
    Order,
    Progress,
    Ready,
    SampleOrder,
    SlideshowOrder,
    framed,
    read_message,
)
from partner_api.time_limits import (
    KILL_SECONDS,
    RENDER_CPU_SECONDS,
    RENDER_SECONDS,
    RENDERER_IDLE_SECONDS,
    RENDERER_START_SECONDS,
    SAMPLE_CPU_SECONDS,
    SAMPLE_SECONDS,
)

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Mapping
    from pathlib import Path

    from partner_api.rendering.assets import RenderedAsset, Report, SlideshowInputs

_log = structlog.get_logger(__name__)
_PASSED_ON = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR", "TZ")


class RenderingFailed(Exception):
    """The inputs cannot be rendered; trying again would not help."""


class RenderingTooLong(RenderingFailed):
    """The inputs take more of a processor than anything that is worth rendering."""


class RendererDied(Exception):
    """The process ended or did not answer in time; another one may succeed."""


class RendererNotStarted(RendererDied):
    """There is no process that could render anything; this says nothing of the inputs."""


class Renderer:
    """Renders one order at a time in a process of its own, so that nothing else waits for it.

    Args:
        arguments: those of the process.
    """

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._process: Process | None = None

    @classmethod
    def for_slideshows(cls, font_dir: Path | None) -> Renderer:
        """Return one that knows the fonts of this machine, and those in a further folder."""
        return cls("slideshows", *(("--fonts", str(font_dir)) if font_dir is not None else ()))

    @classmethod
    def for_samples(cls, idle_seconds: float = RENDERER_IDLE_SECONDS) -> Renderer:
        """Return one whose process ends when no sample is wanted for so long."""
        return cls("samples", "--idle-seconds", str(idle_seconds))

    async def start(self) -> None:
        """Start the process, if it is not there, and say in the log what it can write.

        Raises:
            RendererNotStarted: it did not start.
        """
        if self._process is not None and self._process.returncode is None:
            return
        ready: Message | None = None
        try:
            async with asyncio.timeout(RENDERER_START_SECONDS):
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "partner_api.rendering.worker.process",
                    *self._arguments,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    # No secrets: what it works on comes from outside.
                    env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                    # Ctrl-C is for the worker, which then decides what becomes of the job.
                    start_new_session=True,
                )
                ready = await _answer(self._process)
            if not isinstance(ready, Ready):
                raise RendererDied("it said something else first")
        except (OSError, RendererDied) as error:
            reason = str(error) or type(error).__name__
            raise RendererNotStarted(f"The rendering process did not start: {reason}") from error
        finally:
            # Also when this is cancelled: what it would say then would be taken for an answer.
            if not isinstance(ready, Ready):
                await self.kill()
        if ready.scripts:
            _log.info(
                "rendering_ready",
                writes=[name for name, covered in ready.scripts.items() if covered],
                draws_boxes_for=[name for name, covered in ready.scripts.items() if not covered],
            )

    async def render(self, inputs: SlideshowInputs, report: Report) -> list[RenderedAsset]:
        """Render a slideshow. When this is cancelled, the process is ended.

        Raises:
            RenderingFailed, RendererDied: there is no result.
        """
        return await self._carry_out(
            SlideshowOrder(inputs.hook, RENDER_CPU_SECONDS), RENDER_SECONDS, report
        )

    async def sample(self, inputs: Mapping[str, Any], content_format: str) -> list[RenderedAsset]:
        """Render what stands for content of a format in a test environment; cancelled, the process is ended.

        Raises:
            RenderingFailed, RendererDied: there is no result.
        """
        return await self._carry_out(
            SampleOrder(dict(inputs), content_format, SAMPLE_CPU_SECONDS),
            SAMPLE_SECONDS,
            lambda *_: None,
        )

    async def kill(self) -> None:
        """End the process at once; it keeps nothing that would have to be finished."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(KILL_SECONDS):
                await process.wait()

    async def _carry_out(self, order: Order, seconds: float, report: Report) -> list[RenderedAsset]:
        await self.start()
        assert self._process is not None  # noqa: S101 - just started
        process = self._process
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        finished = False
        try:
            async with asyncio.timeout(seconds):
                process.stdin.write(framed(order))
                await process.stdin.drain()
                while isinstance(message := await _answer(process), Progress):
                    report(message.stage, message.progress)
            finished = True
        except (OSError, RendererDied) as error:
            raise await _loss(process, error) from error
        finally:
            if not finished:
                await self.kill()
        if isinstance(message, Done):
            return message.assets
        raise RenderingFailed(
            message.reason if isinstance(message, Failed) else "unexpected answer"
        )


async def _answer(process: Process) -> Message:
    """Read one message.

    Raises:
        RendererDied: the process has ended.
    """
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    try:
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        return read_message(await process.stdout.readexactly(length))
    except asyncio.IncompleteReadError as error:
        raise RendererDied("The rendering process ended") from error


async def _loss(process: Process, error: Exception) -> Exception:
    """Return why there is no answer: the system has ended the process for the time it used, or something else has."""
    if not isinstance(error, TimeoutError):
        # Its pipes are closed, so its end is near; how it ended says whose fault it was.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(KILL_SECONDS):
                await process.wait()
    if process.returncode == -signal.SIGXCPU:
        return RenderingTooLong("It took more of a processor than is allowed")
    return RendererDied(f"The rendering process was lost: {type(error).__name__}")

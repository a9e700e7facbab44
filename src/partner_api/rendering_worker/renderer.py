"""A rendering process, as its worker sees it: started when needed, replaced when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import TYPE_CHECKING

import structlog

from partner_api.rendering_worker.messages import (
    LENGTH,
    Done,
    Failed,
    Message,
    Order,
    Progress,
    Ready,
    framed,
    read_message,
)

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path

    from partner_api.generation.rendering.assets import RenderedAsset, Report, SlideshowInputs

_log = structlog.get_logger(__name__)
# Rendering the longest hook takes seconds; this is for what never ends.
_MOST_SECONDS = 120.0
_PASSED_ON = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR", "TZ")


class RenderingFailed(Exception):
    """The inputs cannot be rendered; trying again would not help."""


class RendererDied(Exception):
    """The process ended or did not answer in time; another one may succeed."""


class Renderer:
    """Renders one slideshow at a time in a process of its own, so that nothing else waits for it.

    Args:
        font_dir: a folder of further fonts.
    """

    def __init__(self, font_dir: Path | None) -> None:
        self._arguments = [str(font_dir)] if font_dir is not None else []
        self._process: Process | None = None

    async def start(self) -> None:
        """Start the process, if it is not there, and say in the log what it can write.

        Raises:
            RendererDied: it did not start.
        """
        if self._process is not None and self._process.returncode is None:
            return
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "partner_api.rendering_worker.process",
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                # No secrets: what it works on comes from outside.
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                # Ctrl-C is for the worker, which then decides what becomes of the job.
                start_new_session=True,
            )
            async with asyncio.timeout(_MOST_SECONDS):
                ready = await self._answer()
        except (OSError, TimeoutError) as error:
            await self.kill()
            raise RendererDied(f"The rendering process did not start: {error}") from error
        if isinstance(ready, Ready):
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
        await self.start()
        assert self._process is not None  # noqa: S101 - just started
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        finished = False
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                self._process.stdin.write(framed(Order(inputs.hook)))
                await self._process.stdin.drain()
                while True:
                    message = await self._answer()
                    if isinstance(message, Progress):
                        report(message.stage, message.progress)
                        continue
                    finished = True
                    if isinstance(message, Done):
                        return message.assets
                    reason = message.reason if isinstance(message, Failed) else "unexpected answer"
                    raise RenderingFailed(reason)
        except (OSError, TimeoutError) as error:
            raise RendererDied(f"The rendering process was lost: {type(error).__name__}") from error
        finally:
            if not finished:
                await self.kill()

    async def kill(self) -> None:
        """End the process at once; it keeps nothing that would have to be finished."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _answer(self) -> Message:
        """Read one message.

        Raises:
            RendererDied: the process has ended.
        """
        assert self._process is not None  # noqa: S101 - it was started
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            (length,) = LENGTH.unpack(await self._process.stdout.readexactly(LENGTH.size))
            return read_message(await self._process.stdout.readexactly(length))
        except asyncio.IncompleteReadError as error:
            raise RendererDied("The rendering process ended") from error

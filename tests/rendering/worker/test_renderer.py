"""A rendering process: what it may use, what it gets, and that it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.rendering.worker import rendering_processes as misbehaving
from tests.rendering.worker.rendering_processes import (
    let_them_misbehave,
    processor_seconds,
    renderers,
    wait_for_end,
)
from tests.rendering.worker.studio import LONG, SHORT

from partner_api.rendering.assets import SlideshowInputs
from partner_api.rendering.sample import render_sample
from partner_api.rendering.worker import renderer as module
from partner_api.rendering.worker.renderer import (
    Renderer,
    RendererDied,
    RendererNotStarted,
    RenderingFailed,
    RenderingTooLong,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

GOOD = {"hook": SHORT}

# It has a sample rendered that never ends, by a process of its own.
_WORKER = """
import asyncio
from partner_api.rendering.worker import renderer
renderer.SAMPLE_CPU_SECONDS = renderer.SAMPLE_SECONDS = 3600
asyncio.run(renderer.Renderer.for_samples().sample({"hook": "spin"}, "auto"))
"""


@pytest.fixture
async def renderer() -> AsyncIterator[Renderer]:
    renderer = Renderer.for_samples()
    yield renderer
    await renderer.kill()
    assert renderers() == []


@pytest.fixture
def _misbehaving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    let_them_misbehave(tmp_path, monkeypatch)


@pytest.fixture
def inheritable_pipe() -> Iterator[int]:
    """The read end of a pipe that a careless start of a process would hand down."""
    ends = os.pipe()
    for end in ends:
        os.set_inheritable(end, True)
    yield ends[0]
    for end in ends:
        os.close(end)


def environment_of(process: int) -> bytes:
    return Path(f"/proc/{process}/environ").read_bytes()


async def test_a_sample_is_what_it_would_be_here(renderer: Renderer) -> None:
    assert renderers() == []
    for content_format in ("slideshow_builder", "ugc_remix"):
        rendered = await renderer.sample(GOOD, content_format)
        assert rendered == render_sample(GOOD, content_format)
    assert len(renderers()) == 1


@pytest.mark.usefixtures("_misbehaving")
async def test_one_that_uses_too_much_of_a_processor_is_ended_and_another_one_goes_on(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAMPLE_CPU_SECONDS", 0.5)
    # Only the processor's time may end it.
    monkeypatch.setattr(module, "SAMPLE_SECONDS", 200.0)
    with pytest.raises(RenderingTooLong):
        await renderer.sample({"hook": misbehaving.SPIN}, "auto")
    assert renderers() == []
    # The limit is of each order, and not of all together.
    for _ in range(3):
        assert await renderer.sample(GOOD, "auto") == render_sample(GOOD, "auto")


@pytest.mark.usefixtures("_misbehaving")
async def test_one_that_does_not_answer_in_time_is_ended_and_may_be_tried_again(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await renderer.start()
    (process,) = renderers()
    monkeypatch.setattr(module, "SAMPLE_SECONDS", 0.5)
    with pytest.raises(RendererDied):
        await renderer.sample({"hook": misbehaving.SLEEP}, "auto")
    wait_for_end(process)


@pytest.mark.usefixtures("_misbehaving")
async def test_memory_is_limited_and_its_lack_is_no_end(renderer: Renderer) -> None:
    await renderer.start()
    (process,) = renderers()
    with pytest.raises(RenderingFailed, match="MemoryError"):
        await renderer.sample({"hook": misbehaving.GROW}, "auto")
    assert await renderer.sample(GOOD, "auto")
    assert renderers() == [process]


@pytest.mark.usefixtures("_misbehaving")
async def test_one_that_was_killed_is_told_from_one_that_cannot_render(renderer: Renderer) -> None:
    with pytest.raises(RendererDied):
        await renderer.sample({"hook": misbehaving.CRASH}, "auto")
    with pytest.raises(RenderingFailed, match="it cannot be drawn"):
        await renderer.sample({"hook": misbehaving.BREAK}, "auto")
    assert await renderer.sample(GOOD, "auto")


async def test_a_process_that_does_not_start_says_nothing_of_the_inputs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(RendererNotStarted):
        await Renderer.for_samples().sample(GOOD, "auto")


async def test_a_process_that_nobody_needs_ends_and_the_next_sample_starts_another() -> None:
    renderer = Renderer.for_samples(idle_seconds=0.2)
    await renderer.start()
    (process,) = renderers()
    await asyncio.to_thread(wait_for_end, process)
    for _ in range(2):
        # It may end at the very moment of the order.
        try:
            assert await renderer.sample(GOOD, "auto")
        except RendererDied:
            continue
        break
    else:
        pytest.fail("no sample")
    await renderer.kill()


async def test_it_inherits_nothing_but_its_pipes(renderer: Renderer, inheritable_pipe: int) -> None:
    await renderer.sample(GOOD, "auto")
    (process,) = renderers()
    folder = Path(f"/proc/{process}/fd")
    # The streams, standard output having become that of errors, and where the answers go.
    assert sorted(int(entry) for entry in os.listdir(folder)) == [0, 1, 2, 3]
    held = {os.readlink(folder / entry) for entry in os.listdir(folder)}
    assert os.readlink(f"/proc/self/fd/{inheritable_pipe}") not in held


def test_it_ends_with_its_worker_in_the_midst_of_its_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_them_misbehave(tmp_path, monkeypatch)
    worker = subprocess.Popen([sys.executable, "-c", _WORKER])
    try:
        while not (processes := renderers(worker.pid)):
            assert worker.poll() is None
        (process,) = processes
        # More than its start takes: it spins.
        while processor_seconds(process) < 2:
            assert worker.poll() is None
    finally:
        worker.kill()
        worker.wait()
    wait_for_end(process)


async def test_the_rendering_process_has_no_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:secret@localhost/x")
    monkeypatch.setenv("LAYERS_SECRET_KEYS", "k1:" + "5a" * 32)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    renderer = Renderer.for_slideshows(tmp_path)
    try:
        await renderer.start()
        (process,) = renderers()
        environment = environment_of(process)
        assert b"PATH=" in environment
        assert b"secret" not in environment
        assert b"5a5a" not in environment
        assets = await renderer.render(SlideshowInputs(SHORT), lambda *_: None)
        assert len(assets) == 4
        os.kill(process, signal.SIGKILL)
        with pytest.raises(RendererDied):
            await renderer.render(SlideshowInputs(LONG), lambda *_: None)
        # The next one has a process again.
        assert await renderer.render(SlideshowInputs(SHORT), lambda *_: None) == assets
    finally:
        await renderer.kill()

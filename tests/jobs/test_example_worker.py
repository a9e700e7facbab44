"""The worker of docs/generation.md, run as it is printed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.docs.pages import ROOT, blocks_of
from tests.support.answers import granted
from tests.support.fault_proxy import Cut, Fault, FaultProxy, Pass, Reset, refusal
from tests.support.installation import project_id
from tests.support.serving import environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx2
    from tests.support.installation import Installation, Key
    from tests.support.serving import Service


async def test_it_does_the_jobs_of_several_partners_on_bad_days_too(
    api: httpx2.AsyncClient, installation: Installation, server: Service, tmp_path: Path
) -> None:
    asked: list[tuple[Key, str]] = []
    for _ in range(2):
        wallet = await installation.partner(prepaid=1000)
        key = await installation.key(wallet, "*")
        started = await api.post(
            f"/v1/projects/{project_id(wallet)}/content/video-remix",
            json={"tiktokVideoId": "7301234567890123456"},
            headers=key.headers,
        )
        asked.append((key, granted(started, 202)["jobId"]))
    token = (await installation.operator("worker"))["Authorization"].removeprefix("Bearer ")
    (program,) = [
        block.text
        for block in blocks_of(ROOT / "docs" / "generation.md")
        if block.language == "python"
    ]
    assert len(program.strip().splitlines()) <= 30, "it should stay short enough to be read"
    variables = {"LAYERS_OPERATOR_TOKEN": token, "PYTHONPATH": str(ROOT / "sdk/python/src")}
    bad_days: list[Fault] = [
        refusal(503, "UNAVAILABLE"),
        *(Pass(), refusal(503, "UNAVAILABLE", Retry_After="1")),
        *(Pass(), Reset(forwarded=True), Pass(), Reset()),
        *(Pass(), Cut(), Pass(), Reset(forwarded=True)),
    ]
    with (
        (tmp_path / "output").open("wb") as output,
        FaultProxy(urlsplit(server.base_url).port or 0) as proxy,
    ):
        proxy.script(*bad_days)
        variables["LAYERS_BASE_URL"] = proxy.base_url
        process = subprocess.Popen(  # noqa: ASYNC220 - it is only started
            [sys.executable, "-c", program],
            env={**environment(variables), "PATH": os.environ["PATH"]},
            stdout=output,
            stderr=output,
        )
        try:
            for key, job_id in asked:
                await until_done(api, key, job_id, process, (tmp_path / "output").read_text)
            await asyncio.to_thread(proxy.wait, lambda: proxy.is_over)
        finally:
            process.kill()
            process.wait()
    for key, job_id in asked:
        job = granted(await api.get(f"/v1/jobs/{job_id}", headers=key.headers))
        assert job["status"] == "completed", (tmp_path / "output").read_text()
        assert job["result"]["creditsCharged"] == 120
        (asset,) = job["result"]["assets"]
        redirect = await api.get(asset["url"], headers=key.headers)
        picture = (await api.get(redirect.headers["Location"])).content
        assert picture.startswith(b"GIF89a")
        assert len(picture) == asset["sizeBytes"]


async def until_done(
    api: httpx2.AsyncClient,
    key: Key,
    job_id: str,
    process: subprocess.Popen[bytes],
    output: Callable[[], str],
) -> None:
    """Wait until a job is over, as long as the worker runs."""
    give_up = time.monotonic() + 120
    while granted(await api.get(f"/v1/jobs/{job_id}", headers=key.headers))["status"] == "running":
        assert process.poll() is None, output()
        assert time.monotonic() < give_up, output()
        await asyncio.sleep(0.1)

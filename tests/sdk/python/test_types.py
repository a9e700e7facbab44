"""What a strict type checker knows of the Python library: the types of answers, and which calls are mistakes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# Each line that ends in `# wrong` is a mistake; all others are right.
PROGRAM = """\
from datetime import UTC, datetime
from typing import assert_type
from layers_partner import AsyncLayers, AsyncPage, Followed, Layers, LayersOperator, Page, RawResponse
from layers_partner import WebhookEvent, webhooks
from layers_partner.partner.types import Job, JobCompletedEvent, LeasedAccount, Organization, WhoAmI

def sync(layers: Layers, operator: LayersOperator) -> None:
    page = layers.leased_accounts.list(project_id="prj_1")
    assert_type(page, Page[LeasedAccount])
    assert_type(page["items"], list[LeasedAccount])
    assert_type(page["nextCursor"], str | None)
    assert_type(page.items[0]["monthlyPriceCents"], int)
    assert_type([account for account in page], list[LeasedAccount])
    assert_type(page.next_page(), Page[LeasedAccount])
    assert_type(layers.whoami(), WhoAmI)
    assert_type(layers.content.assets.retrieve_url("cnt_1", "a_1"), str)
    assert_type(layers.jobs.wait("job_1", timeout=60, max_retries=3), Job)
    assert_type(layers.with_raw_response.whoami(), RawResponse[WhoAmI])
    assert_type(layers.projects.with_raw_response.list(limit=1).data.has_next_page(), bool)
    layers.organizations.update("org_1", billing_email=None, metadata={"a": "b"}, timeout=5)
    layers.credits.events.list(since=datetime.now(UTC), event_type=["grant"], organization="o")
    layers.credits.events.list(since="2026-06-01T00:00:00.000Z", event_type="grant")
    layers.with_options(organization=None).organizations.credits.retrieve("org_1")["available"]
    page["items"][0]["monthlyPriceCent"]  # wrong
    page["items"][0]["monthlyPriceCents"] + ""  # wrong
    page["cursor"]  # wrong
    layers.leased_accounts.list()  # wrong
    layers.leased_accounts.list(project="prj_1")  # wrong
    layers.organizations.create()  # wrong
    layers.organizations.create(name=None)  # wrong
    layers.organizations.create(name="a", retries=1)  # wrong
    layers.organizations.create(name="a", timeout="1")  # wrong
    layers.leased_accounts.with_raw_response.list(limit="1")  # wrong
    layers.jobs.wait("job_1", idempotency_key="k")  # wrong
    layers.lease_requests  # wrong
    operator.whoami()  # wrong
    operator.organizations.list(organization="org_1")  # wrong
    operator.organizations.list(max_retries=1, timeout=5)
    Layers("lp_live_1")  # wrong
    Layers(token="lpo_1")  # wrong

def event(layers: Layers, event: WebhookEvent) -> None:
    assert_type(webhooks.verify(b"", {}, "whsec_"), WebhookEvent)
    assert_type(layers.events.list().items[0], WebhookEvent)
    if event["type"] == "job.completed":
        assert_type(event, JobCompletedEvent)
        assert_type(event["data"]["creditsCharged"], int)
        event["data"]["error"]  # wrong
    elif event["type"] == "job.failed":
        assert_type(event["data"]["error"]["message"], str)
    elif event["type"] == "job.complete":  # wrong
        pass
    else:
        print(event["type"], event["data"])
    for events, cursor in layers.events.follow(cursor=None, type="job.completed", wait=5, timeout=1):
        assert_type(events, list[WebhookEvent])
        assert_type(cursor, str)
    layers.events.follow(wait="20")  # wrong
    layers.events.follow(idempotency_key="a")  # wrong

async def asynchronous(layers: AsyncLayers) -> None:
    assert_type(await layers.leased_accounts.list("prj_1"), AsyncPage[LeasedAccount])
    async for account in layers.leased_accounts.list("prj_1"):
        assert_type(account, LeasedAccount)
    assert_type(await layers.organizations.create(name="a"), Organization)
    assert_type(await layers.with_raw_response.whoami(), RawResponse[WhoAmI])
    raw = await layers.leased_accounts.with_raw_response.list("prj_1")
    assert_type(raw, RawResponse[AsyncPage[LeasedAccount]])
    async for followed in layers.events.follow():
        assert_type(followed, Followed)
    for account in layers.leased_accounts.list("prj_1"):  # wrong
        pass
    layers.whoami()["scopes"]  # wrong
"""


def test_mistakes_are_seen_and_nothing_else(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    said = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file", os.devnull),
            *("--no-error-summary", f"--cache-dir={tmp_path / 'cache'}", program),
        ],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT / "sdk/python/src")},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = {int(number) for number in re.findall(r"^program\.py:(\d+): error:", said, re.M)}
    lines = PROGRAM.splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert found == wrong, said

"""What workers report: progress, completion and failure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, get_args

import pytest
from tests.jobs.claimed import MINUTE, claimed
from tests.support.invariants import assert_books_balance
from tests.support.operations import events, read
from tests.support.tenants import NOON, job_start, make_child, make_partner
from tests.support.working import (
    asset,
    beat,
    cancel,
    claim,
    complete,
    fail,
    job_of,
    upload,
)

from partner_api.content.store import list_assets
from partner_api.jobs import store as job_store
from partner_api.ops.jobs.schemas import Stage

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


async def test_completing_settles_and_makes_assets(connection: Connection) -> None:
    partner, held = await claimed(connection)
    files = [
        await upload(connection, held, "two.png", b"two"),
        await upload(connection, held, "one.png", b"one", "poster"),
    ]
    later = NOON + timedelta(seconds=30)
    outcome = await complete(connection, held, 70, files, now=later)
    assert (outcome.status, outcome.facts) == (
        "done",
        {"status": "completed", "credits_charged": 70},
    )
    job = await job_of(connection, partner, held.job_id)
    assert (job["status"], job["container_status"], job["reservation"], job["charged"]) == (
        "completed",
        "completed",
        "settled",
        70,
    )
    made = await list_assets(connection, partner.tenant_id, [job["container_id"]])
    assets = made[job["container_id"]]
    assert [(asset.name, asset.kind, asset.size_bytes) for asset in assets] == [
        ("two.png", "slide", 3),
        ("one.png", "poster", 3),
    ]
    assert assets[0].storage_key == f"{held.job_id}/1/two.png"
    assert (await read(connection, partner, later)).balance == 430
    await assert_books_balance(connection, partner.tenant_id)


async def test_the_same_answer_again_is_answered_again(connection: Connection) -> None:
    partner, held = await claimed(connection)
    files = [await upload(connection, held, "one.png", b"one")]
    first = await complete(connection, held, 70, files)
    again = await complete(connection, held, 70, files)
    assert (again.status, again.facts) == ("replayed", first.facts)
    for other in (
        await complete(connection, held, 60, files),
        await complete(connection, held, 70, []),
        await fail(connection, held, retryable=False),
        await beat(connection, held),
    ):
        assert (other.status, other.code, other.facts) == (
            "refused",
            "CONFLICT",
            {"status": "completed"},
        )
    assert len(await events(connection, partner)) == 2
    assert (await read(connection, partner)).balance == 430


async def test_what_was_not_uploaded_is_no_asset(connection: Connection) -> None:
    partner, held = await claimed(connection)
    good = await upload(connection, held, "one.png", b"one")
    stored = await upload(connection, held, "3.png", b"3")
    bad: list[tuple[str, str, dict[str, Any]]] = [
        ("not_uploaded", "name", asset("two.png", good["sha256"], 3)),
        ("other_file", "sha256", {**stored, "size_bytes": 2}),
        ("other_file", "sha256", {**stored, "size_bytes": 1, "sha256": "0" * 64}),
    ]
    for reason, member, item in bad:
        outcome = await complete(connection, held, 70, [good, item])
        assert outcome.code == "VALIDATION"
        problem = {"reason": reason, "field": "assets", "position": 1, "member": member}
        assert outcome.facts == {"problems": [problem]}
    assert (await job_of(connection, partner, held.job_id))["status"] == "running"
    assert (await read(connection, partner)).reserved == 100


async def test_files_of_an_earlier_try_do_not_count(connection: Connection) -> None:
    partner, held = await claimed(connection)
    files = [await upload(connection, held, "one.png", b"one")]
    await fail(connection, held, retryable=True)
    (second,) = await claim(connection, partner, worker="w2")
    assert (await complete(connection, second, 70, files)).code == "VALIDATION"


@pytest.mark.parametrize("charged", [101, -1, 2**53 - 1])
async def test_a_worker_cannot_charge_more_than_was_reserved(
    connection: Connection, charged: int
) -> None:
    partner, held = await claimed(connection)
    outcome = await complete(connection, held, charged)
    assert outcome.code == "VALIDATION"
    assert outcome.facts == {
        "reason": "above_reservation",
        "field": "credits_charged",
        "maximum": 100,
    }
    assert (await job_of(connection, partner, held.job_id))["status"] == "running"
    assert (await complete(connection, held, 100)).status == "done"


async def test_auto_is_charged_what_it_became(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    for _ in range(2):
        item = job_start(partner, 0)._replace(format="auto", credits=None)
        (outcome,) = await job_store.start_jobs(connection, partner.tenant_id, NOON, [item])
        assert (outcome.facts or {})["reserved_credits"] == 120
    slideshow, video = await claim(connection, partner, 2, formats=["auto"])
    files = [await upload(connection, slideshow, "one.png", b"one")]
    assert (await complete(connection, slideshow, 51, files)).code == "VALIDATION"
    assert (await complete(connection, slideshow, 50, files)).status == "done"
    files = [await upload(connection, video, "one.mp4", b"one", "video")]
    assert (await complete(connection, video, 120, files)).status == "done"
    assert (await read(connection, partner)).balance == 330


async def test_the_price_is_the_partner_s_own(connection: Connection) -> None:
    partner = await make_partner(connection, prepaid=500)
    child = await make_child(connection, partner, prepaid=300)
    await connection.execute(
        "UPDATE organizations SET format_prices = $2 WHERE tenant_id = $1 AND parent_id IS NULL",
        partner.tenant_id,
        {"video_remix": 77},
    )
    for style, price in {
        "video_remix": 77,
        "slideshow_builder": 50,
        "slideshow_remix": 50,
        "ugc_remix": 120,
    }.items():
        item = job_start(child, 0)._replace(format=style, credits=None)
        (outcome,) = await job_store.start_jobs(connection, child.tenant_id, NOON, [item])
        assert (outcome.facts or {})["reserved_credits"] == price


async def test_progress_never_falls_and_a_heartbeat_extends_the_claim(
    connection: Connection,
) -> None:
    partner, held = await claimed(connection)
    later = NOON + timedelta(seconds=40)
    outcome = await beat(connection, held, "rendering", 0.6, now=later)
    assert outcome.facts == {
        "cancel_requested": False,
        "lease_until": (later + MINUTE).isoformat(),
    }
    await beat(connection, held, "rendering", 0.2, now=later)
    await beat(connection, held, now=NOON)
    job = await job_of(connection, partner, held.job_id)
    assert (job["progress"], job["stage"], job["lease_until"]) == (0.6, "rendering", later + MINUTE)
    await fail(connection, held, retryable=True, now=later)
    assert (await job_of(connection, partner, held.job_id))["progress"] == 0.6


async def test_no_stage_goes_back(connection: Connection) -> None:
    partner, held = await claimed(connection)

    async def stage_after(reported: str) -> str:
        assert (await beat(connection, held, reported)).status == "done"
        return str((await job_of(connection, partner, held.job_id))["stage"])

    for stage in ("processing", "generating", "generating", "uploading"):
        assert await stage_after(stage) == stage
    # Reports that arrive late, and what is not a worker's to say.
    for stage in ("rendering", "processing", "queued", "completed", "failed", "dreaming"):
        assert await stage_after(stage) == "uploading"
    assert await stage_after("finalizing") == "finalizing"
    assert await stage_after("queued") == "finalizing"
    assert (await cancel(connection, partner, held.job_id)).facts == {"stage": "finalizing"}
    # The next try begins at the beginning.
    await fail(connection, held, retryable=True)
    assert (await job_of(connection, partner, held.job_id))["stage"] == "queued"
    (held,) = await claim(connection, partner)
    assert await stage_after("generating") == "generating"


async def test_a_stage_of_the_time_before_the_list_goes_on(
    connection: Connection, owner_connection: Connection
) -> None:
    partner, held = await claimed(connection)
    await owner_connection.execute("UPDATE jobs SET stage = 'painting' WHERE id = $1", held.job_id)
    await beat(connection, held, "generating")
    assert (await job_of(connection, partner, held.job_id))["stage"] == "generating"


async def test_the_stages_of_the_wire_are_those_of_the_database(
    owner_connection: Connection,
) -> None:
    stages = get_args(get_args(Stage)[0])
    assert await owner_connection.fetchval("SELECT job_stages()") == [*stages]


async def test_failing_retryably_is_tried_three_times(connection: Connection) -> None:
    partner, held = await claimed(connection)
    for attempt in (1, 2):
        assert (await fail(connection, held, retryable=True)).facts == {"status": "running"}
        job = await job_of(connection, partner, held.job_id)
        assert (job["stage"], job["container_status"], job["attempt"]) == (
            "queued",
            "queued",
            attempt,
        )
        assert (job["last_error_code"], job["error_code"]) == ("RENDER_FAILED", None)
        (held,) = await claim(connection, partner)
    assert (await fail(connection, held, retryable=True)).facts == {"status": "failed"}
    job = await job_of(connection, partner, held.job_id)
    assert (job["error_code"], job["reservation"]) == ("RENDER_FAILED", "released")


async def test_failing_for_good_fails_at_once(connection: Connection) -> None:
    partner, held = await claimed(connection)
    assert (await fail(connection, held, retryable=False)).facts == {"status": "failed"}
    assert (await job_of(connection, partner, held.job_id))["attempt"] == 1
    assert (await read(connection, partner)).available == 500

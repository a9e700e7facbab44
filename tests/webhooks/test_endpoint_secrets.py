"""Signing secrets of endpoints: sealed, shown once, and rotated; none in an audit row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from tests.support.answers import granted
from tests.support.webhooks import URL

from partner_api.clock import parse_timestamp

if TYPE_CHECKING:
    from tests.support.installation import Family
    from tests.support.quiet import Quiet

PATH = "/v1/webhook-endpoints"


async def row_of(quiet: Quiet, endpoint: dict[str, Any]) -> Any:
    return await quiet.installation.owner.fetchrow(
        "SELECT * FROM webhook_endpoints WHERE id = $1", UUID(endpoint["id"])
    )


def secrets_of(quiet: Quiet, row: Any) -> list[str]:
    """The signing secrets that a row has, opened: the present one, and the previous one."""
    context = f"webhook:{row['tenant_id']}:{row['id']}".encode()
    sealed = [row["secret"], row["previous_secret"]]
    keys = quiet.installation.secret_keys
    return [keys.unseal(one, context).decode() for one in sealed if one is not None]


async def test_the_secret_is_sealed_and_in_no_other_answer(
    quiet: Quiet, quiet_family: Family
) -> None:
    key = quiet_family.partner_key
    body = {"url": URL, "events": ["*"]}
    made = granted(await quiet.api.post(PATH, json=body, headers=key.headers), 201)
    row = await row_of(quiet, made["endpoint"])
    assert made["signingSecret"].encode() not in row["secret"]
    assert row["secret_key_id"] == quiet.installation.secret_keys.current_id
    assert secrets_of(quiet, row) == [made["signingSecret"]]
    for path in (PATH, f"{PATH}/{made['endpoint']['id']}", "/v1/audit-log"):
        assert "whsec_" not in (await quiet.api.get(path, headers=key.headers)).text


async def test_the_newest_two_secrets_sign(quiet: Quiet, quiet_family: Family) -> None:
    key, body = quiet_family.partner_key, {"url": URL, "events": ["*"]}
    made = granted(await quiet.api.post(PATH, json=body, headers=key.headers), 201)
    path = f"{PATH}/{made['endpoint']['id']}/rotate-secret"
    secrets = [made["signingSecret"]]
    for _ in range(2):
        headers = {**key.headers, "Idempotency-Key": str(uuid4())}
        rotated = granted(await quiet.api.post(path, headers=headers))
        assert granted(await quiet.api.post(path, headers=headers)) == rotated
        assert list(rotated) == [
            "endpointId",
            "signingSecret",
            "previousSecretExpiresAt",
            "warning",
        ]
        secrets.append(rotated["signingSecret"])
        row = await row_of(quiet, made["endpoint"])
        assert secrets_of(quiet, row) == [secrets[-1], secrets[-2]]
        expires_at = parse_timestamp(rotated["previousSecretExpiresAt"])
        assert row["previous_secret_expires_at"] == expires_at
        assert (
            timedelta(0)
            <= row["updated_at"] + timedelta(hours=24) - expires_at
            < timedelta(minutes=1)
        )
    assert len(set(secrets)) == 3


async def test_each_write_leaves_a_row_without_address_and_secret(
    quiet: Quiet, quiet_family: Family
) -> None:
    key = quiet_family.partner_key
    body = {"url": "https://hooks.example.test/?token=hidden", "events": ["*"]}
    made = granted(await quiet.api.post(PATH, json=body, headers=key.headers), 201)
    endpoint = made["endpoint"]
    path = f"{PATH}/{endpoint['id']}"
    changes = {"status": "paused", "description": "x"}
    granted(await quiet.api.patch(path, json=changes, headers=key.headers))
    granted(await quiet.api.post(f"{path}/rotate-secret", headers=key.headers))
    granted(await quiet.api.delete(path, headers=key.headers))
    ours = await quiet.installation.owner.fetch(
        "SELECT * FROM audit_events WHERE tenant_id = $1 AND event_type LIKE 'webhook_%' "
        "ORDER BY event_id",
        quiet_family.partner.tenant_id,
    )
    assert [row["event_type"].partition(".")[2] for row in ours] == [
        "created",
        "updated",
        "secret_rotated",
        "deleted",
    ]
    assert all(row["details"]["endpointId"] == endpoint["id"] for row in ours)
    assert ours[1]["details"]["fields"] == ["description", "status"]
    assert "hidden" not in str(ours)

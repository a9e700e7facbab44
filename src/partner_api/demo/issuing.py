"""The demo's credentials in the database: created if there are none, and marked, so that production refuses them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from partner_api.api_keys import store as api_keys
from partner_api.api_keys.operator_store import mark_all_as_demo
from partner_api.demo.credentials import DemoSecrets, read_demo_secrets, write_demo_secrets
from partner_api.edge.identity.credentials import (
    mint_api_key,
    mint_operator_token,
    mint_sign_in_link,
    parse_api_key,
    parse_operator_token,
)
from partner_api.ids import new_uuid7
from partner_api.operators import link_store
from partner_api.operators import store as operators
from partner_api.operators.schemas import link_path

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection

_OPERATOR_NAME = "demo"
_LINK_TIME = timedelta(hours=1)


async def ensure_secrets(
    connection: Connection,
    now: datetime,
    secret_keys: SecretKeys,
    data_dir: Path,
    tenant_id: int,
    partner_id: UUID,
) -> DemoSecrets:
    """Return the demo's credentials; create new ones for those that are lost or no longer valid.

    Raises:
        OSError: the file of its secrets cannot be read or written.
    """
    kept = read_demo_secrets(data_dir)
    token = parse_operator_token(kept.operator_token) if kept else None
    key = parse_api_key(kept.partner_key) if kept else None
    changed = False
    if token is None or not await operators.is_usable(connection, token.keyid, now):
        await operators.revoke_by_name(connection, _OPERATOR_NAME, now)
        token = mint_operator_token()
        await operators.insert_operator(
            connection,
            now,
            operator_id=new_uuid7(now),
            credential=token,
            secret_keys=secret_keys,
            name=_OPERATOR_NAME,
            role="admin",
            demo=True,
        )
        changed = True
    if key is None or not await api_keys.is_usable(connection, tenant_id, key.keyid):
        key = mint_api_key(tenant_id, "live")
        await api_keys.insert_key(
            connection,
            now,
            key_id=new_uuid7(now),
            organization_id=partner_id,
            credential=key,
            secret_keys=secret_keys,
            name="Demo",
            scopes=["*", "org:admin"],
            demo=True,
        )
        changed = True
    # Earlier versions made them without a mark, and a file that was lost left a key that works.
    await operators.mark_as_demo(connection, token.keyid)
    await mark_all_as_demo(connection, partner_id)
    secrets = DemoSecrets(token.text, key.text)
    if changed:
        # Before the commit: nobody could use a secret that was not written.
        write_demo_secrets(data_dir, secrets)
    return secrets


async def issue_sign_in_link(
    connection: Connection, now: datetime, secret_keys: SecretKeys, secrets: DemoSecrets
) -> str:
    """Return the path of a link that signs the demo's operator in to the console once, within an hour."""
    operator = parse_operator_token(secrets.operator_token)
    if operator is None:
        raise ValueError("the demo's operator has no token")
    link = mint_sign_in_link()
    await link_store.insert_link(
        connection,
        now,
        operator_keyid=operator.keyid,
        credential=link,
        secret_keys=secret_keys,
        expires_at=now + _LINK_TIME,
    )
    return link_path(link)


async def mark_kept_credentials(connection: Connection, data_dir: Path) -> None:
    """Mark the credentials in the data folder as the demo's.

    Earlier versions made them without a mark, and would be accepted by a production server.
    """
    try:
        kept = read_demo_secrets(data_dir)
    except OSError:
        # A server that cannot read the folder has no credentials in it to mark.
        return
    if kept is None:
        return
    if (key := parse_api_key(kept.partner_key)) is not None:
        await api_keys.mark_as_demo(connection, key.tenant_id, key.keyid)
    if (token := parse_operator_token(kept.operator_token)) is not None:
        await operators.mark_as_demo(connection, token.keyid)

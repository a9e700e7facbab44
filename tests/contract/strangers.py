"""A partner and a victim beside it, and whom a route is asked by."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from tests.contract.named_ids import Ids
from tests.contract.route_table import (
    KEY_ROUTES,
)
from tests.support.installation import Family
from tests.support.tenants import Wallet

SCOPES = [
    "projects:read",
    "projects:write",
    "leased:write",
    "social:read",
    "social:write",
    "content:read",
    "content:write",
    "content:approve",
    "publish:read",
    "publish:write",
    "jobs:read",
    "jobs:cancel",
    "webhooks:read",
    "webhooks:write",
    "audit:read",
    "org:admin",
]
TEST_ENVIRONMENT = "the partner's test environment"
ROLES = ["viewer", "worker", "finance", "operator", "admin"]
MAY = {
    "viewer": {"viewer", "finance", "operator", "admin"},
    "worker": {"worker", "operator", "admin"},
    "finance": {"finance", "operator", "admin"},
    "operator": {"operator", "admin"},
    "admin": {"admin"},
}
CHILDREN = ("a sibling", "another partner's child")
# Only a partner has a cash wallet.
OF_PARTNERS = ("GET /v1/wallet", "GET /v1/wallet/events")
# Routes that name something in their path or body.
NAMED = re.compile(r"\{(\w+)\}")
NAMING_ROUTES = [
    name
    for name, use in KEY_ROUTES.items()
    if NAMED.search(name) or NAMED.search(json.dumps(use.body))
]


@dataclass(frozen=True)
class World:
    """A victim, and those who may not have what is the victim's."""

    victim: Family
    child: Ids
    partner: Ids
    outsiders: dict[str, Wallet]

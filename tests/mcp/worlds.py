"""Somebody with something of everything, and what every tool is called with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.installation import Family

HOOK = "Grind it fresh. Weigh it. Wait a minute."
VIDEO = "7301234567890123456"
NOTHING: dict[str, Any] = {}


class World:
    """A family with something of everything, and the arguments of every tool."""

    def __init__(self, family: Family, ids: dict[str, str]) -> None:
        self.family = family
        project = {"projectId": ids["project"]}
        child = {"orgId": ids["child"]}
        self.arguments: dict[str, dict[str, Any]] = {
            "whoami": NOTHING,
            "list_projects": {"status": ["active"], "limit": 1},
            "get_project": project,
            "create_project": {"name": "Made by a tool", "timezone": "Europe/Lisbon"},
            "update_project": {**project, "tagline": "Better coffee.", "metadata": {"a": [1]}},
            "get_credits": NOTHING,
            "list_credit_events": {"eventType": ["grant", "purchase"], **{"limit": 5}},
            "list_organizations": {"limit": 1},
            "get_organization": child,
            "get_child_credits": child,
            "list_social_accounts": {**project, "leased": True, "limit": 3},
            "list_audit_events": {"since": "2026-01-01T00:00:00Z", "limit": 5},
            "list_leased_accounts": {**project, "status": ["assigned"], "limit": 5},
            "list_all_leased_accounts": {"billingStatus": "current", "limit": 5},
            "get_wallet": NOTHING,
            "list_wallet_events": {"limit": 2},
            "list_lease_requests": {**project, "limit": 5},
            "get_lease_request": {**project, "requestId": ids["request"]},
            "request_leased_accounts": {
                **project,
                "count": 2,
                "niche": {"vertical": "food_and_drink", "geo": ["PT"]},
                "idempotencyKey": "asked once",
            },
            "release_leased_account": {
                "socialAccountId": ids["account"],
                "reason": "Enough.",
                "idempotencyKey": "released",
            },
            "create_organization": {"name": "Made by a tool", "metadata": {"crm": "42"}},
            "list_child_credit_events": {**child, "limit": 5},
            "list_credit_reservations": {"limit": 5},
            "get_credit_config": child,
            "update_credit_config": {
                **child,
                "monthlyCreditCap": 5000,
                "refillThreshold": None,
                "idempotencyKey": "capped",
            },
            "allocate_credits": {
                **child,
                "credits": 25,
                "metadata": {"for": "July"},
                "idempotencyKey": "july",
            },
            "verify_credit_events": NOTHING,
            "verify_child_credit_events": child,
            "verify_wallet_events": NOTHING,
            "list_content": {**project, "limit": 5},
            "get_content": {"containerId": ids["container"]},
            "get_job": {"jobId": ids["job"]},
            "cancel_job": {"jobId": ids["running"], "idempotencyKey": "canceled"},
            "generate_content": {**project, "hook": HOOK, "idempotencyKey": "any"},
            "build_slideshow": {**project, "hook": HOOK, "idempotencyKey": "slides"},
            "remix_slideshow": {**project, "tiktokVideoId": VIDEO, "idempotencyKey": "again"},
            "remix_video": {**project, "tiktokVideoId": VIDEO, "idempotencyKey": "video"},
            "remix_ugc": {**project, "hook": HOOK, "idempotencyKey": "ugc"},
        }
        for name in ("create_project", "update_project", "create_organization"):
            self.arguments[name]["idempotencyKey"] = name

"""Cash that an operator books, and who may book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.ops.booking import MISSING, MOST, book
from tests.support.answers import granted, issues, refused
from tests.support.installation import org_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation


async def test_cash_comes_in_and_is_corrected(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    first = granted(
        await book(
            api,
            finance,
            family.partner,
            "cash/topup",
            amountCents=5000,
            description="Wire",
            reference="INV-7",
        )
    )
    event = first["event"]
    assert event == {
        "eventId": event["eventId"],
        "eventType": "topup",
        "amountCents": 5000,
        "balanceAfterCents": 5000,
        "socialAccountId": None,
        "projectId": None,
        "organizationId": org_id(family.partner),
        "periodStart": None,
        "periodEnd": None,
        "leaseMonth": None,
        "description": "Wire",
        "createdAt": event["createdAt"],
        "hash": event["hash"],
        "previousHash": event["previousHash"],
        "internalHash": event["internalHash"],
    }
    assert (first["balance"], first["available"]) == (5000, 5000)
    for cents, balance in ((-2000, 3000), (1, 3001), (-3001, 0)):
        body = {"amountCents": cents, "description": "Fix"}
        posted = granted(await book(api, finance, family.partner, "cash/adjustment", **body))
        assert posted["balance"] == posted["event"]["balanceAfterCents"] == balance


async def test_cash_never_goes_below_zero(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    body = {"amountCents": -1, "description": "Fix"}
    details = refused(
        await book(api, finance, family.partner, "cash/adjustment", **body), "BILLING_EXHAUSTED"
    )
    assert details == {"reason": "insufficient_funds", "required": 1, "available": 0}


async def test_a_child_has_no_cash(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family
) -> None:
    for what in ("cash/topup", "cash/adjustment"):
        body = {"amountCents": 5, "description": "Wire"}
        refused(await book(api, finance, family.child, what, **body), "NOT_FOUND")


@pytest.mark.parametrize(
    ("what", "body", "path"),
    [
        ("cash/topup", {"description": "x"}, "amountCents"),
        ("cash/topup", {"amountCents": 0, "description": "x"}, "amountCents"),
        ("cash/topup", {"amountCents": -5, "description": "x"}, "amountCents"),
        ("cash/topup", {"amountCents": 5}, "description"),
        ("cash/topup", {"amountCents": 5, "description": "x", "reference": ""}, "reference"),
        ("cash/topup", {"amountCents": 5, "description": "x", "currency": "EUR"}, "currency"),
        ("cash/adjustment", {"amountCents": 0, "description": "x"}, "amountCents"),
        ("cash/adjustment", {"amountCents": 5, "description": ""}, "description"),
        ("cash/topup", {"amountCents": MOST + 1, "description": "x"}, "amountCents"),
    ],
)
async def test_a_posting_of_cash_that_is_not_valid(
    api: httpx2.AsyncClient,
    finance: dict[str, str],
    family: Family,
    what: str,
    body: dict[str, Any],
    path: str,
) -> None:
    assert list(issues(await book(api, finance, family.partner, what, **body))) == [path]


POSTINGS: dict[str, dict[str, Any]] = {
    "credits/grant": {"credits": 5},
    "credits/purchase": {"credits": 5},
    "credits/adjustment": {"credits": 5, "description": "Fix"},
    "credits/refund": {"credits": 5, "jobId": f"job_{MISSING}"},
    "cash/topup": {"amountCents": 5, "description": "Wire"},
    "cash/adjustment": {"amountCents": 5, "description": "Fix"},
}


@pytest.mark.parametrize("what", POSTINGS)
async def test_a_posting_for_nobody(
    api: httpx2.AsyncClient, finance: dict[str, str], what: str
) -> None:
    headers = {**finance, "Idempotency-Key": str(uuid4())}
    path = f"/ops/v1/organizations/org_{MISSING}/{what}"
    refused(await api.post(path, json=POSTINGS[what], headers=headers), "NOT_FOUND")
    path = f"/ops/v1/organizations/org_1/{what}"
    response = await api.post(path, json=POSTINGS[what], headers=headers)
    assert list(issues(response)) == ["orgId"]


@pytest.mark.parametrize("what", POSTINGS)
async def test_a_posting_needs_an_idempotency_key(
    api: httpx2.AsyncClient, finance: dict[str, str], family: Family, what: str
) -> None:
    path = f"/ops/v1/organizations/{org_id(family.partner)}/{what}"
    refused(await api.post(path, json=POSTINGS[what], headers=finance), "IDEMPOTENCY_REQUIRED")


@pytest.mark.parametrize("what", [*POSTINGS, "subscription"])
@pytest.mark.parametrize("role", ["viewer", "worker"])
async def test_who_may_not_book(
    api: httpx2.AsyncClient, installation: Installation, family: Family, what: str, role: str
) -> None:
    headers = await installation.operator(role)
    path = f"/ops/v1/organizations/{org_id(family.partner)}/{what}"
    method = "PUT" if what == "subscription" else "POST"
    response = await api.request(method, path, content=b"{", headers=headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "finance"}


@pytest.mark.parametrize("role", ["finance", "operator", "admin"])
async def test_who_may_book(
    api: httpx2.AsyncClient, installation: Installation, family: Family, role: str
) -> None:
    headers = await installation.operator(role)
    granted(await book(api, headers, family.partner, "credits/grant", credits=5))

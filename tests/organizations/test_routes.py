"""`/v1/organizations`: a partner creates, lists, reads and changes its children."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import now, org_id
from tests.support.operations import audit

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation

PATH = "/v1/organizations"
FIELDS = [
    "id",
    "parentOrganizationId",
    "name",
    "status",
    "metadata",
    "billingEmail",
    "archivedAt",
    "createdAt",
    "updatedAt",
]


async def create(api: httpx2.AsyncClient, family: Family, **body: Any) -> dict[str, Any]:
    """A new child with these fields."""
    response = await api.post(PATH, json=body, headers=family.partner_key.headers)
    child: dict[str, Any] = granted(response, 201)
    return child


async def test_a_child_with_nothing_but_a_name(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    before = now().isoformat()
    child = await create(api, family, name="Corner Coffee")
    assert list(child) == FIELDS
    assert child == {
        **child,
        "parentOrganizationId": org_id(family.partner),
        "name": "Corner Coffee",
        "status": "active",
        "metadata": {},
        "billingEmail": None,
        "archivedAt": None,
        "updatedAt": child["createdAt"],
    }
    assert child["createdAt"] >= before[:19]
    (row,) = [
        row
        for row in await audit(installation.owner, family.partner, "organization.created")
        if row["details"].get("organizationId") == child["id"]
    ]
    assert row["organization_id"] == family.partner.organization_id
    assert row["api_key_id"] == family.partner_key.key_id
    wallet = await api.get(f"{PATH}/{child['id']}/credits", headers=family.partner_key.headers)
    assert granted(wallet)["balance"] == 0


async def test_a_child_with_everything(api: httpx2.AsyncClient, family: Family) -> None:
    body = {"name": "ß" * 128, "metadata": {"tier": "gold"}, "billingEmail": "pay@example.com"}
    child = await create(api, family, **body)
    assert child == {**child, **body}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 129}, "name"),
        ({"name": None}, "name"),
        ({"name": "x", "parentOrganizationId": "org_1"}, "parentOrganizationId"),
        ({"name": "x", "status": "active"}, "status"),
        ({"name": "x", "billingEmail": "nobody"}, "billingEmail"),
        ({"name": "x", "billingEmail": "a@example.com\n"}, "billingEmail"),
        ({"name": "x", "billingEmail": f"{'a' * 250}@b.co"}, "billingEmail"),
        ({"name": "x", "metadata": {"k": 1}}, "metadata.k"),
        ({"name": "x", "metadata": {"k" * 41: "v"}}, f"metadata.{'k' * 41}"),
        ({"name": "x", "metadata": {"k": "v" * 501}}, "metadata.k"),
        ({"name": "x", "metadata": {str(n): "v" for n in range(51)}}, "metadata"),
        ({"name": "x", "metadata": {str(n): "v" * 400 for n in range(45)}}, "metadata"),
    ],
)
async def test_what_cannot_be_created(
    api: httpx2.AsyncClient, family: Family, body: dict[str, Any], path: str
) -> None:
    response = await api.post(PATH, json=body, headers=family.partner_key.headers)
    assert list(issues(response)) == [path]


async def test_a_child_has_no_children(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """Neither through the header nor with a key of its own that somehow has the scope."""
    key = await installation.key(family.child, "*", "org:admin")
    for headers in (family.partner_key.acting_for(family.child), key.headers):
        issues(await api.post(PATH, json={"name": "Grandchild"}, headers=headers))
        assert granted(await api.get(PATH, headers=headers))["items"] == []


async def test_the_list_is_newest_first_in_pages(api: httpx2.AsyncClient, family: Family) -> None:
    made = [(await create(api, family, name=f"Child {n}"))["id"] for n in range(3)]
    headers = family.partner_key.headers
    everything = granted(await api.get(PATH, headers=headers))
    assert everything["nextCursor"] is None
    ids = [item["id"] for item in everything["items"]]
    assert [one for one in ids if one in made] == made[::-1]
    assert set(ids) == {*made, org_id(family.child), org_id(family.sibling)}
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = granted(await api.get(PATH, params={"limit": "2", **cursor}, headers=headers))
        seen += [item["id"] for item in answer["items"]]
        if answer["nextCursor"] is None:
            break
        cursor = {"cursor": answer["nextCursor"]}
    assert seen == ids
    assert list(everything["items"][0]) == FIELDS


async def test_the_list_by_status(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await installation.set_status(family.child, "suspended")
    await installation.set_status(family.sibling, "archived")
    active = (await create(api, family, name="Active"))["id"]
    expected = {
        "active": {active},
        "suspended": {org_id(family.child)},
        "archived": {org_id(family.sibling)},
    }
    for status, ids in expected.items():
        response = await api.get(
            PATH, params={"status": status}, headers=family.partner_key.headers
        )
        assert {item["id"] for item in granted(response)["items"]} == ids
    response = await api.get(
        f"{PATH}?status=active&status=archived", headers=family.partner_key.headers
    )
    found = {item["id"] for item in granted(response)["items"]}
    assert found == expected["active"] | expected["archived"]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("status=gone", "status"),
        ("cursor=abc", "cursor"),
    ],
)
async def test_what_cannot_be_listed(
    api: httpx2.AsyncClient, family: Family, query: str, path: str
) -> None:
    response = await api.get(f"{PATH}?{query}", headers=family.partner_key.headers)
    (issue,) = issues(response)
    assert issue.startswith(path)


async def test_a_child_with_its_summary(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family(prepaid=500)
    funded = await installation.child(family.partner, prepaid=120)
    headers = family.partner_key.headers
    path = f"{PATH}/{org_id(funded)}"
    granted(
        await api.patch(
            f"{path}/credit-config",
            json={"monthlyCreditCap": 70, "refillThreshold": 5, "refillAmount": 10},
            headers=headers,
        )
    )
    child = granted(await api.get(path, headers=headers))
    assert list(child) == [*FIELDS, "summary"]
    assert child["summary"] == {
        "projectCount": 1,
        "balance": 120,
        "available": 120,
        "creditConfig": {
            "monthlyCreditCap": 70,
            "refillThreshold": 5,
            "refillAmount": 10,
            "autoRefillEnabled": True,
        },
    }
    bare = granted(await api.get(path.replace("org_", ""), headers=headers))
    assert bare == child


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_a_malformed_id(api: httpx2.AsyncClient, family: Family, method: str) -> None:
    body = {"name": "x"} if method == "PATCH" else None
    response = await api.request(
        method, f"{PATH}/org_1", json=body, headers=family.partner_key.headers
    )
    assert list(issues(response)) == ["orgId"]


async def test_oneself_is_not_one_s_child(api: httpx2.AsyncClient, family: Family) -> None:
    path = f"{PATH}/{org_id(family.partner)}"
    refused(await api.get(path, headers=family.partner_key.headers), "NOT_FOUND")
    refused(await api.delete(path, headers=family.partner_key.headers), "NOT_FOUND")
    response = await api.post(f"{path}/suspend", headers=family.partner_key.headers)
    refused(response, "NOT_FOUND")


# Changing ---------------------------------------------------------------------------------------


async def test_what_is_left_out_of_a_patch_stays(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    child = await create(
        api, family, name="Old", metadata={"a": "1"}, billingEmail="pay@example.com"
    )
    path, headers = f"{PATH}/{child['id']}", family.partner_key.headers
    same = granted(await api.patch(path, json={}, headers=headers))
    assert {**same, "updatedAt": None} == {**child, "updatedAt": None}
    renamed = granted(await api.patch(path, json={"name": "New"}, headers=headers))
    assert renamed == {**child, "name": "New", "updatedAt": renamed["updatedAt"]}
    assert renamed["updatedAt"] > child["updatedAt"]
    cleared = granted(await api.patch(path, json={"billingEmail": None}, headers=headers))
    assert cleared == {**renamed, "billingEmail": None, "updatedAt": cleared["updatedAt"]}
    read = granted(await api.get(path, headers=headers))
    assert {name: read[name] for name in FIELDS} == cleared
    rows = await audit(installation.owner, family.partner, "organization.updated")
    assert {row["details"]["organizationId"] for row in rows} == {child["id"]}
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"a": "1", "b": "2"}, {"a": "3"}, {"a": "3", "b": "2"}),
        ({"a": "1", "b": "2"}, {"a": ""}, {"b": "2"}),
        ({"a": "1"}, {"missing": ""}, {"a": "1"}),
        ({"a": "1"}, None, {}),
        ({"a": "1"}, {}, {"a": "1"}),
        ({"a": "1", "empty": ""}, {"b": "2"}, {"a": "1", "b": "2", "empty": ""}),
        (
            {str(n): "v" for n in range(50)},
            {"0": "", "new": "v"},
            {**{str(n): "v" for n in range(1, 50)}, "new": "v"},
        ),
    ],
)
async def test_metadata_merges_key_by_key(
    api: httpx2.AsyncClient,
    family: Family,
    before: dict[str, str],
    patch: dict[str, str] | None,
    after: dict[str, str],
) -> None:
    child = await create(api, family, name="Child", metadata=before)
    response = await api.patch(
        f"{PATH}/{child['id']}", json={"metadata": patch}, headers=family.partner_key.headers
    )
    assert granted(response)["metadata"] == after


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"metadata": {"a": None}}, "metadata.a"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"metadata": "x"}, "metadata"),
        ({"metadata": {"one more": "v"}}, "metadata"),
        ({"metadata": {"0": "v" * 501}}, "metadata.0"),
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"status": "suspended"}, "status"),
        ({"id": "org_1"}, "id"),
        ({"billingEmail": "x"}, "billingEmail"),
    ],
)
async def test_what_cannot_be_patched(
    api: httpx2.AsyncClient, family: Family, body: dict[str, Any], path: str
) -> None:
    """Limits hold after the merge: the child has 50 keys already."""
    child = await create(api, family, name="Full", metadata={str(n): "v" for n in range(50)})
    headers = family.partner_key.headers
    response = await api.patch(f"{PATH}/{child['id']}", json=body, headers=headers)
    assert list(issues(response)) == [path]
    assert (
        granted(await api.get(f"{PATH}/{child['id']}", headers=headers))["metadata"]
        == (child["metadata"])
    )


async def test_patches_at_once_lose_nothing(api: httpx2.AsyncClient, family: Family) -> None:
    path, headers = f"{PATH}/{org_id(family.child)}", family.partner_key.headers
    answers = await asyncio.gather(
        *(api.patch(path, json={"metadata": {f"key{n}": "v"}}, headers=headers) for n in range(12))
    )
    for response in answers:
        granted(response)
    metadata = granted(await api.get(path, headers=headers))["metadata"]
    assert metadata == {f"key{n}": "v" for n in range(12)}


@pytest.mark.parametrize("enabled", [True, False, None])
async def test_auto_refill_has_no_switch(
    api: httpx2.AsyncClient, family: Family, enabled: bool | None
) -> None:
    """It is on when both of its numbers are set, and goes with the child."""
    child, headers = f"{PATH}/{org_id(family.child)}", family.partner_key.headers
    path = f"{child}/credit-config"
    body = {"refillThreshold": 5, "refillAmount": 10, "autoRefillEnabled": enabled}
    found = issues(await api.patch(path, json=body, headers=headers))
    assert found == {"autoRefillEnabled": "This field is not known here; remove it"}
    del body["autoRefillEnabled"]
    for patch, expected in (
        ({}, (None, None, False)),
        (body, (5, 10, True)),
        ({"monthlyCreditCap": 7}, (5, 10, True)),
        ({"refillThreshold": None, "refillAmount": None}, (None, None, False)),
        ({"refillThreshold": 0, "refillAmount": 1}, (0, 1, True)),
    ):
        for answer in (
            await api.patch(path, json=patch, headers=headers),
            await api.get(path, headers=headers),
        ):
            assert _refill(granted(answer)["config"]) == expected
    granted(await api.delete(child, headers=headers))
    archived = granted(await api.get(child, headers=headers))
    assert _refill(archived["summary"]["creditConfig"]) == (None, None, False)


def _refill(config: dict[str, Any]) -> tuple[int | None, int | None, bool]:
    return config["refillThreshold"], config["refillAmount"], config["autoRefillEnabled"]

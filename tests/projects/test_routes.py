"""`/v1/projects`: creating, listing, changing, archiving and restoring projects."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.answers import granted, issues, refused
from tests.support.installation import handle, now, org_id, project_id
from tests.support.operations import audit

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Family, Installation, Key

PATH = "/v1/projects"
MISSING = "prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
EVERYTHING = {
    "customerExternalId": "customer 7",
    "primaryLanguage": "zh-Hant-TW",
    "ownerEmail": "owner@example.com",
    "appName": "App",
    "appDescription": "d" * 100,
    "tagline": "t" * 80,
    "brandVoice": "witty",
    "targetGender": "all",
    "metadata": {"any": [1, None, {"json": True}]},
}
FIELDS = [
    "id",
    "organizationId",
    "name",
    "status",
    "customerExternalId",
    "timezone",
    "primaryLanguage",
    "ownerEmail",
    "appName",
    "appDescription",
    "tagline",
    "brandVoice",
    "targetGender",
    "metadata",
    "createdAt",
    "updatedAt",
]


async def create(api: httpx2.AsyncClient, key: Key, **fields: Any) -> dict[str, Any]:
    """A new project with these fields."""
    body = {"name": "Launch", "timezone": "Europe/Lisbon", **fields}
    made: dict[str, Any] = granted(await api.post(PATH, json=body, headers=key.headers), 201)
    return made


async def names(api: httpx2.AsyncClient, key: Key, **params: str) -> list[str]:
    """The names on the first page, without the project that every organization here begins with."""
    response = await api.get(PATH, params=params, headers=key.headers)
    found = [item["name"] for item in granted(response)["items"]]
    return [name for name in found if name != "Project"]


async def test_a_project_with_what_it_must_have(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    project = await create(api, family.child_key)
    assert list(project) == FIELDS
    assert project == {
        **dict.fromkeys(FIELDS),
        "id": project["id"],
        "organizationId": org_id(family.child),
        "name": "Launch",
        "status": "active",
        "timezone": "Europe/Lisbon",
        "primaryLanguage": "en",
        "createdAt": project["createdAt"],
        "updatedAt": project["createdAt"],
    }
    read = await api.get(f"{PATH}/{project['id']}", headers=family.child_key.headers)
    assert granted(read) == project
    (row,) = await audit(installation.owner, family.child, "project.created")
    assert row["organization_id"] == family.child.organization_id
    assert f"prj_{row['project_id']}" == project["id"]


async def test_a_project_with_everything(api: httpx2.AsyncClient, family: Family) -> None:
    project = await create(api, family.partner_key, **EVERYTHING)
    assert project == {**project, **EVERYTHING}


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", ["", "x" * 129, 1, "a\0"]),
        ("timezone", ["", "Mars/Base", "europe/lisbon", "+01:00", "x" * 65]),
        ("customerExternalId", ["", "x" * 256, 7]),
        ("primaryLanguage", ["", "e", "english!", "en_US", "en\n", None]),
        ("ownerEmail", ["", "x", "a@b", "a b@example.com", "a@example.com\n"]),
        ("appName", ["ab", "x" * 31]),
        ("appDescription", ["x" * 99, "x" * 1001]),
        ("tagline", ["x" * 81]),
        ("brandVoice", ["loud", ""]),
        ("targetGender", ["none"]),
        ("metadata", [[], "x", 1, {"k": "v" * 8192}]),
    ],
)
async def test_fields_that_are_wrong(
    api: httpx2.AsyncClient, family: Family, field: str, values: list[Any]
) -> None:
    path, headers = f"{PATH}/{project_id(family.partner)}", family.partner_key.headers
    for value in values:
        body = {"name": "Launch", "timezone": "UTC", field: value}
        assert list(issues(await api.post(PATH, json=body, headers=headers))) == [field], value
        response = await api.patch(path, json={field: value}, headers=headers)
        assert list(issues(response)) == [field], value


@pytest.mark.parametrize(
    "tag", ["en", "pt-BR", "sr-Latn-RS", "es-419", "de-CH-1996", "en-u-ca-gregory"]
)
async def test_languages(api: httpx2.AsyncClient, family: Family, tag: str) -> None:
    assert (await create(api, family.partner_key, primaryLanguage=tag))["primaryLanguage"] == tag


@pytest.mark.parametrize(
    "field", ["id", "organizationId", "createdAt", "updatedAt", "archivedAt", "color"]
)
async def test_fields_that_cannot_be_set(
    api: httpx2.AsyncClient, family: Family, field: str
) -> None:
    path, headers = f"{PATH}/{project_id(family.partner)}", family.partner_key.headers
    assert list(issues(await api.patch(path, json={field: "x"}, headers=headers))) == [field]
    body = {"name": "Launch", "timezone": "UTC", field: "x"}
    assert list(issues(await api.post(PATH, json=body, headers=headers))) == [field]


async def test_every_problem_is_named(api: httpx2.AsyncClient, family: Family) -> None:
    body = {"name": "", "appName": "x", "color": "red"}
    response = await api.post(PATH, json=body, headers=family.partner_key.headers)
    assert set(issues(response)) == {"name", "timezone", "appName", "color"}
    response = await api.post(
        PATH, json={**body, "status": "active"}, headers=family.partner_key.headers
    )
    assert "status" in issues(response)


# One's own id -----------------------------------------------------------------------------------


async def test_an_external_id_is_unique_per_organization(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    first = await create(api, family.partner_key, customerExternalId="c1")
    headers = family.partner_key.headers
    body = {"name": "Other", "timezone": "UTC", "customerExternalId": "c1"}
    taken = await api.post(PATH, json=body, headers=headers)
    assert refused(taken, "CONFLICT") == {"customerExternalId": "c1"}
    other = await create(api, family.partner_key, customerExternalId="c2")
    path = f"{PATH}/{other['id']}"
    taken = await api.patch(path, json={"customerExternalId": "c1"}, headers=headers)
    assert refused(taken, "CONFLICT") == {"customerExternalId": "c1"}
    assert granted(await api.get(path, headers=headers)) == other
    # An archived one keeps its id; another organization has its own.
    granted(await api.delete(f"{PATH}/{first['id']}", headers=headers))
    refused(await api.post(PATH, json=body, headers=headers), "CONFLICT")
    await create(api, family.child_key, customerExternalId="c1")
    granted(
        await api.patch(f"{PATH}/{first['id']}", json={"customerExternalId": None}, headers=headers)
    )
    granted(await api.post(PATH, json=body, headers=headers), 201)
    # A refusal leaves no trace.
    assert len(await audit(installation.owner, family.partner, "project.created")) == 4


async def test_of_two_at_once_one_gets_the_external_id(
    api: httpx2.AsyncClient, family: Family
) -> None:
    body = {"name": "Launch", "timezone": "UTC", "customerExternalId": "same"}
    answers = await asyncio.gather(
        *(api.post(PATH, json=body, headers=family.partner_key.headers) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


# Listing ----------------------------------------------------------------------------------------


async def test_the_list_is_newest_first_in_pages(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    family = await installation.family()
    made = [f"Project {n}" for n in range(5)]
    for name in made:
        await create(api, family.partner_key, name=name)
    assert await names(api, family.partner_key) == made[::-1]
    whole = granted(await api.get(PATH, headers=family.partner_key.headers))["items"]
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        response = await api.get(
            PATH, params={"limit": "2", **cursor}, headers=family.partner_key.headers
        )
        answer = granted(response)
        seen += answer["items"]
        if answer["nextCursor"] is None:
            break
        cursor = {"cursor": answer["nextCursor"]}
    assert seen == whole
    for query in ("limit=0", "limit=201", "status=gone", "cursor=x"):
        issues(await api.get(f"{PATH}?{query}", headers=family.partner_key.headers))


async def test_search_takes_every_character_literally(
    api: httpx2.AsyncClient, family: Family
) -> None:
    for name in ("50% off", "500 off", "a_b", "aXb", "back\\slash", "Café Ünïon", "O'Neil"):
        await create(api, family.child_key, name=name)
    expected = {
        "50%": ["50% off"],
        "%": ["50% off"],
        "a_b": ["a_b"],
        "_": ["a_b"],
        "\\": ["back\\slash"],
        "OFF": ["500 off", "50% off"],
        "CAFÉ ü": ["Café Ünïon"],
        "o'n": ["O'Neil"],
        "nothing": [],
        ".*": [],
    }
    for search, found in expected.items():
        assert await names(api, family.child_key, search=search) == found, search


async def test_filters(api: httpx2.AsyncClient, family: Family) -> None:
    await create(api, family.child_key, name="One", customerExternalId="1")
    two = await create(api, family.child_key, name="Two", customerExternalId="2")
    granted(await api.delete(f"{PATH}/{two['id']}", headers=family.child_key.headers))
    assert await names(api, family.child_key, status="archived") == ["Two"]
    assert await names(api, family.child_key, status="active") == ["One"]
    assert await names(api, family.child_key, customerExternalId="1") == ["One"]
    assert await names(api, family.child_key, customerExternalId="1", status="archived") == []
    response = await api.get(
        f"{PATH}?customerExternalId=1&customerExternalId=2", headers=family.child_key.headers
    )
    assert [item["name"] for item in granted(response)["items"]] == ["Two", "One"]


async def test_a_partner_s_list_has_none_of_its_children(
    api: httpx2.AsyncClient, family: Family
) -> None:
    await create(api, family.child_key, name="The child's")
    assert await names(api, family.partner_key) == []
    response = await api.get(PATH, headers=family.partner_key.acting_for(family.child))
    ids = {item["organizationId"] for item in granted(response)["items"]}
    assert ids == {org_id(family.child)}
    assert len(granted(response)["items"]) == 2


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("text", [MISSING, "prj_1", "org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"])
async def test_an_id_that_names_nothing(
    api: httpx2.AsyncClient, family: Family, method: str, text: str
) -> None:
    body = {"name": "x"} if method == "PATCH" else None
    response = await api.request(
        method, f"{PATH}/{text}", json=body, headers=family.partner_key.headers
    )
    assert refused(response, "NOT_FOUND") == {}


# Changing, archiving, restoring -----------------------------------------------------------------


async def test_a_patch(api: httpx2.AsyncClient, installation: Installation, family: Family) -> None:
    project = await create(api, family.child_key, **EVERYTHING)
    path, headers = f"{PATH}/{project['id']}", family.child_key.headers
    changed = granted(await api.patch(path, json={"name": "New"}, headers=headers))
    assert changed == {**project, "name": "New", "updatedAt": changed["updatedAt"]}
    assert changed["updatedAt"] > project["updatedAt"]
    replaced = granted(await api.patch(path, json={"metadata": {"b": 1}}, headers=headers))
    assert replaced["metadata"] == {"b": 1}
    nothing = dict.fromkeys(name for name in EVERYTHING if name != "primaryLanguage")
    cleared = granted(await api.patch(path, json=nothing, headers=headers))
    assert {name: cleared[name] for name in nothing} == nothing
    assert granted(await api.get(path, headers=headers)) == cleared
    for required in ("name", "timezone", "primaryLanguage", "status"):
        response = await api.patch(path, json={required: None}, headers=headers)
        assert list(issues(response)) == [required]
    rows = await audit(installation.owner, family.child, "project.updated")
    assert [row["details"]["fields"] for row in rows][:2] == [["name"], ["metadata"]]


async def test_patches_at_once_lose_nothing(api: httpx2.AsyncClient, family: Family) -> None:
    path, headers = f"{PATH}/{project_id(family.child)}", family.child_key.headers
    patches = [{"name": "New"}, {"tagline": "Fast"}, {"appName": "App"}, {"status": "archived"}]
    for response in await asyncio.gather(
        *(api.patch(path, json=body, headers=headers) for body in patches)
    ):
        granted(response)
    project = granted(await api.get(path, headers=headers))
    expected = {name: value for body in patches for name, value in body.items()}
    assert {name: project[name] for name in expected} == expected


async def test_archiving_and_restoring(api: httpx2.AsyncClient, installation: Installation) -> None:
    family = await installation.family(cash_cents=30_000)
    leased = await installation.lease(family.child, handle(), handle(), at=now())
    path, headers = f"{PATH}/{project_id(family.child)}", family.child_key.headers
    archived = granted(await api.delete(path, headers=headers))
    assert list(archived) == [
        "id",
        "status",
        "archivedAt",
        "canceledScheduledPosts",
        "activeLeasedAccounts",
    ]
    assert archived == {
        "id": project_id(family.child),
        "status": "archived",
        "archivedAt": archived["archivedAt"],
        "canceledScheduledPosts": 0,
        "activeLeasedAccounts": 2,
    }
    assert granted(await api.delete(path, headers=headers)) == archived
    assert len(await audit(installation.owner, family.child, "project.archived")) == 1
    assert granted(await api.get(path, headers=headers))["status"] == "archived"
    page = granted(await api.get(f"{path}/leased-accounts", headers=headers))
    assert len(page["items"]) == len(leased)
    # By a patch the first date stays too.
    granted(await api.patch(path, json={"status": "archived"}, headers=headers))
    assert granted(await api.delete(path, headers=headers)) == archived
    restored = granted(await api.patch(path, json={"status": "active"}, headers=headers))
    assert restored["status"] == "active"
    again = granted(await api.delete(path, headers=headers))
    assert again["archivedAt"] > archived["archivedAt"]


async def test_the_scope_to_read_is_not_the_one_to_write(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.partner, "projects:read")
    response = await api.post(PATH, json={"name": "x", "timezone": "UTC"}, headers=key.headers)
    assert refused(response, "FORBIDDEN_SCOPE") == {"requiredScope": "projects:write"}
    granted(await api.get(PATH, headers=key.headers))

"""What scopes and roles cover, and that no route is open by accident."""

from __future__ import annotations

from typing import get_args

import pytest

from partner_api.app import create_app
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.scopes import (
    ANY_KEY,
    PUBLIC,
    SCOPES,
    Access,
    Role,
    covers,
    requires,
    requires_role,
)
from partner_api.edge.request.uploads import Upload, UploadRule
from partner_api.errors import ApiError
from partner_api.settings.table import load_settings


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_the_star_covers_everything_but_administration(scope: str) -> None:
    assert covers(frozenset({scope}), scope)
    assert covers(frozenset({"*"}), scope) == (scope != "org:admin")
    assert not covers(frozenset(), scope)
    assert not covers(frozenset(SCOPES - {scope}), scope)


def test_a_missing_scope_is_named() -> None:
    with pytest.raises(ApiError) as caught:
        requires("jobs:read").check_scopes(frozenset({"jobs:cancel"}))
    assert (caught.value.code, caught.value.details) == (
        "FORBIDDEN_SCOPE",
        {"requiredScope": "jobs:read"},
    )
    ANY_KEY.check_scopes(frozenset())


# The twelfth section of the contract: who may use a route that asks for at least a role.
ROLES = {
    "viewer": {"viewer", "finance", "operator", "admin"},
    "worker": {"worker", "operator", "admin"},
    "finance": {"finance", "operator", "admin"},
    "operator": {"operator", "admin"},
    "admin": {"admin"},
}


@pytest.mark.parametrize("least", get_args(Role))
@pytest.mark.parametrize("role", get_args(Role))
def test_a_role_includes_what_it_should(least: Role, role: Role) -> None:
    access = requires_role(least)
    if role in ROLES[least]:
        access.check_role(role)
    else:
        with pytest.raises(ApiError) as caught:
            access.check_role(role)
        assert caught.value.details == {"requiredScope": least}


async def _handler() -> dict[str, str]:
    """Do nothing."""
    return {}


@pytest.mark.parametrize(
    ("path", "access"),
    [
        ("/v1/things", PUBLIC),
        ("/v1/things", requires_role("viewer")),
        ("/ops/v1/things", PUBLIC),
        ("/ops/v1/things", ANY_KEY),
        ("/things", ANY_KEY),
    ],
)
def test_a_route_cannot_be_for_others_than_its_address_says(path: str, access: Access) -> None:
    with pytest.raises(TypeError, match="is for"):
        Routes("T").read(path, sdk="things.retrieve", access=access)(_handler)


def test_a_route_that_names_no_access_does_not_exist() -> None:
    with pytest.raises(TypeError, match="access"):
        Routes("T").read("/v1/things")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="access"):
        Routes("T").write("POST", "/v1/things")  # type: ignore[call-arg]


def test_the_application_refuses_a_route_from_elsewhere() -> None:
    settings = load_settings({"DATABASE_URL": "postgresql://u:p@nowhere/d"})
    with pytest.raises(TypeError, match="_handler"):
        create_app(settings, [[_handler]])  # type: ignore[list-item]


def test_a_handler_with_an_unknown_parameter_is_refused() -> None:
    async def handler(reqest: str) -> dict[str, str]:
        return {}

    with pytest.raises(TypeError, match="reqest"):
        Routes("T").read("/v1/things", sdk="things.retrieve", access=ANY_KEY)(handler)


def test_a_handler_takes_every_parameter_of_its_path() -> None:
    with pytest.raises(TypeError, match="not taken: thing_id"):
        Routes("T").read("/v1/things/{thingId}", sdk="things.retrieve", access=ANY_KEY)(_handler)


def test_an_upload_is_declared_and_taken() -> None:
    async def takes(upload: Upload) -> dict[str, str]:
        return {}

    rule = UploadRule(("text/csv",), 1)
    Routes("T").write(
        "POST",
        "/v1/things",
        sdk="things.retrieve",
        access=ANY_KEY,
        runs=Runs.UNRECORDED,
        uploads=rule,
    )(takes)
    with pytest.raises(TypeError, match="declared"):
        Routes("T").write(
            "POST", "/v1/things", sdk="things.retrieve", access=ANY_KEY, runs=Runs.UNRECORDED
        )(takes)
    with pytest.raises(TypeError, match="declared"):
        Routes("T").write(
            "POST",
            "/v1/things",
            sdk="things.retrieve",
            access=ANY_KEY,
            runs=Runs.UNRECORDED,
            uploads=rule,
        )(_handler)

"""What a caller may do: the scopes of API keys and the roles of operators.

Every route names one ``Access``. There is no default: a route without one cannot be made.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from partner_api.errors import ApiError

Scope = Literal[
    "org:admin",
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
]
SCOPES: frozenset[Scope] = frozenset(get_args(Scope))
ALL_DATA: Literal["*"] = "*"
ORG_ADMIN: Scope = "org:admin"

Role = Literal["viewer", "worker", "finance", "operator", "admin"]
# Who may use a route that asks for at least this role. A worker claims and reports jobs and reads
# nothing else; finance reads, and moves credits and cash.
_ROLES_FROM: dict[Role, frozenset[Role]] = {
    "viewer": frozenset({"viewer", "finance", "operator", "admin"}),
    "worker": frozenset({"worker", "operator", "admin"}),
    "finance": frozenset({"finance", "operator", "admin"}),
    "operator": frozenset({"operator", "admin"}),
    "admin": frozenset({"admin"}),
}


class Access(msgspec.Struct, frozen=True):
    """Who may use a route: everyone, any API key, keys with a scope, or operators of some roles."""

    kind: Literal["public", "key", "operator"]
    scope: Scope | None = None
    role: Role | None = None
    any_childs: bool = False
    """Whether a child's own key may use it too, whatever its scopes."""

    def check_scopes(self, scopes: frozenset[str], *, is_childs: bool = False) -> None:
        """Check that a key may use the route.

        Args:
            scopes: of the key.
            is_childs: whether it is a key of a child.

        Raises:
            ApiError: FORBIDDEN_SCOPE, naming the scope that is missing.
        """
        if self.any_childs and is_childs:
            return
        if self.scope is not None and not covers(scopes, self.scope):
            raise forbidden(self.scope)

    def check_role(self, role: Role) -> None:
        """Check that an operator may use the route.

        Raises:
            ApiError: FORBIDDEN_SCOPE, naming the least role that would do.
        """
        if self.role is not None and role not in _ROLES_FROM[self.role]:
            raise ApiError(
                "FORBIDDEN_SCOPE",
                f"This needs the role {self.role!r}. Use a token of an operator who has it.",
                {"requiredScope": self.role},
            )


PUBLIC = Access("public")
ANY_KEY = Access("key")


def requires(scope: Scope) -> Access:
    """Open a route to API keys that have the scope."""
    return Access("key", scope=scope)


def requires_of_partners(scope: Scope) -> Access:
    """Open a route to keys of partners that have the scope, and to every key of a child."""
    return Access("key", scope=scope, any_childs=True)


def requires_role(role: Role) -> Access:
    """Open a route to operators with the role, or one that includes it."""
    return Access("operator", role=role)


def covers(scopes: frozenset[str], scope: str) -> bool:
    """Return whether a key with these scopes may do what the scope allows.

    ``*`` stands for every scope except ``org:admin``, which only itself covers.
    """
    return scope in scopes or (ALL_DATA in scopes and scope != ORG_ADMIN)


def forbidden(scope: str) -> ApiError:
    """Return the refusal of a key that lacks a scope."""
    return ApiError(
        "FORBIDDEN_SCOPE",
        f"This key lacks the scope {scope!r}. Use a key that has it.",
        {"requiredScope": scope},
    )

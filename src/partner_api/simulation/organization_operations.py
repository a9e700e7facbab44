"""Drawing the lives of organizations and their projects."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from partner_api.organizations import store as organizations
from partner_api.simulation import store, work, writes
from partner_api.simulation.operations import Item, Operation, Recovery
from partner_api.simulation.world import Organization, Project

if TYPE_CHECKING:
    from datetime import datetime

    from partner_api.database.arguments import Outcome
    from partner_api.simulation.chances import Chances

_PARTNERS_PROJECTS = 3


def open_organization(
    chances: Chances, now: datetime, partner: Organization | None, name: str
) -> Operation:
    """Create a partner, or a child of one, with a project."""
    organization = Organization(
        chances.ids.tenant() if partner is None else partner.tenant_id,
        chances.ids.uuid7(now),
        partner,
    )
    project = Project(chances.ids.uuid7(now), organization)
    caller = chances.operator(now)

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            organization.projects.append(project)
            _begin(chances, organization)

    argument = writes.OrganizationOpening(
        organization.organization_id,
        None if partner is None else partner.organization_id,
        project.project_id,
        name,
        caller,
        chances.key(caller, organization.tenant_id, "/organizations", now),
    )
    return Operation(
        "organization",
        writes.open_organizations,
        organization.tenant_id,
        now,
        [Item(argument, learn=learn)],
        Recovery.SAME_KEY,
        count=store.count_records,
        statements=5,
    )


def _begin(chances: Chances, organization: Organization) -> None:
    partner = organization.partner
    siblings = chances.world.partners if partner is None else partner.children
    siblings.append(organization)
    chances.world.organizations.append(organization)


def open_child(chances: Chances, now: datetime) -> Operation | None:
    """Create a child, unless its partner has as many as it is to have."""
    partner = chances.partner()
    if len(partner.children) >= chances.options.children:
        return None
    return open_organization(chances, now, partner, _name(chances))


def open_project(chances: Chances, now: datetime) -> Operation | None:
    """Create another project of a partner, unless it has enough."""
    partner = chances.partner()
    if len(partner.projects) >= _PARTNERS_PROJECTS:
        return None
    project = Project(chances.ids.uuid7(now), partner)
    caller = chances.client(partner, now)

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            partner.projects.append(project)

    argument = writes.ProjectOpening(
        project.project_id,
        partner.organization_id,
        "Another",
        caller,
        chances.key(caller, partner.tenant_id, "/projects", now),
    )
    return Operation(
        "project",
        writes.open_projects,
        partner.tenant_id,
        now,
        [Item(argument, learn=learn)],
        Recovery.SAME_KEY,
        count=store.count_records,
        statements=4,
    )


def migrate(chances: Chances, now: datetime) -> Operation | None:
    """Move projects of a partner to a child that is created for them; one is left, and one child more than usual."""
    partner = chances.partner()
    if len(partner.projects) < 2 or len(partner.children) > chances.options.children:
        return None
    moved = chances.random.sample(
        partner.projects, chances.random.randint(1, len(partner.projects) - 1)
    )
    child = Organization(partner.tenant_id, chances.ids.uuid7(now), partner)
    caller = chances.client(partner, now)

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            for project in moved:
                partner.projects.remove(project)
                project.owner = child
            child.projects.extend(moved)
            _begin(chances, child)

    argument = writes.Migration(
        child.organization_id,
        partner.organization_id,
        [project.project_id for project in moved],
        _name(chances),
        caller,
        chances.key(caller, partner.tenant_id, "/organizations/migrate", now),
    )
    return Operation(
        "migration",
        writes.migrate,
        partner.tenant_id,
        now,
        [Item(argument, learn=learn)],
        Recovery.SAME_KEY,
        # A job is running in one of them.
        refusals=frozenset({"CONFLICT"}),
        count=store.count_records,
        statements=6,
    )


def _name(chances: Chances) -> str:
    return f"Child {len(chances.world.organizations)}"


def suspend(chances: Chances, now: datetime) -> Operation | None:
    """Suspend a child."""
    return _set_status(chances, now, "active", "suspended")


def resume(chances: Chances, now: datetime) -> Operation | None:
    """Resume a child that is suspended."""
    return _set_status(chances, now, "suspended", "active")


def _set_status(
    chances: Chances,
    now: datetime,
    before: Literal["active", "suspended"],
    after: Literal["active", "suspended"],
) -> Operation | None:
    children = [
        child
        for partner in chances.world.partners
        for child in partner.children
        if child.status == before
    ]
    if not children:
        return None
    child = chances.choose(children)
    caller = chances.client(child.payer, now)

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            child.status = after

    argument = organizations.StatusItem(
        child.organization_id,
        child.payer.organization_id,
        after,
        caller,
        chances.key(caller, child.tenant_id, "/organizations/status", now),
    )
    return Operation(
        "suspension" if after == "suspended" else "resumption",
        partial(work.move_money, organizations.set_status),
        child.tenant_id,
        now,
        [Item(argument, learn=learn)],
        Recovery.SAME_KEY,
        count=store.count_audit_rows,
    )


def archive(chances: Chances, now: datetime) -> Operation | None:
    """Archive a child, or once more one that is archived."""
    child = chances.organization(child_probability=1)
    if child.partner is None:
        return None
    caller = chances.client(child.partner, now)

    def learn(outcome: Outcome) -> None:
        if outcome.status != "refused":
            chances.world.archive(child)

    argument = organizations.ArchiveItem(
        child.organization_id,
        child.partner.organization_id,
        caller,
        chances.key(caller, child.tenant_id, "/organizations", now),
    )
    return Operation(
        "archive",
        partial(work.move_money_after_renewals, organizations.archive),
        child.tenant_id,
        now,
        [Item(argument, learn=learn)],
        Recovery.SAME_KEY,
        count=store.count_archived,
        statements=work.STATEMENTS_AFTER_RENEWALS,
    )

"""Tools to look around with: organizations, projects, credits, what happened."""

from __future__ import annotations

from partner_api.mcp.tool import Tool

_ZONE = "A time zone by its IANA name, such as Europe/Lisbon."

TOOLS = (
    Tool(
        name="whoami",
        title="Who am I",
        description="The organization and API key that this server acts with: ids, scopes, rate tier, credit balance "
        "(credits). Call it first. parentOrganizationId is null for a partner, who may have child organizations.",
        sdk="whoami",
        toolset="core",
    ),
    Tool(
        name="list_projects",
        title="List projects",
        description="Your projects, newest first. Most other tools need a projectId from here.",
        sdk="projects.list",
        toolset="core",
    ),
    Tool(
        name="get_project",
        title="Get a project",
        description="One project with all its fields.",
        sdk="projects.retrieve",
        toolset="core",
    ),
    Tool(
        name="create_project",
        title="Create a project",
        description="Create a project: one app or brand, for which content is made and accounts are leased. Free.",
        sdk="projects.create",
        toolset="core",
        arguments={"timezone": _ZONE, "metadata": "Any JSON object of at most 8 KiB."},
        idempotent=False,
    ),
    Tool(
        name="update_project",
        title="Change a project",
        description="Change fields of a project; what is left out stays, null clears. status 'archived' stops "
        "generation but does not release leased accounts, which go on costing money.",
        sdk="projects.update",
        toolset="core",
        arguments={
            "timezone": _ZONE,
            "metadata": "Any JSON object of at most 8 KiB; it replaces the one before, whole.",
        },
        destructive=True,
    ),
    Tool(
        name="get_credits",
        title="Get your credit wallet",
        description="Your own credit wallet, in credits. Decide on `available`: what is neither spent nor reserved. "
        "Also the period, usage in it, and the most that each format can cost.",
        sdk="credits.retrieve",
        toolset="core",
    ),
    Tool(
        name="list_credit_events",
        title="List your credit ledger",
        description="Every movement of your credits, newest first; credits are signed. They sum to the balance.",
        sdk="credits.events.list",
        toolset="core",
    ),
    Tool(
        name="list_organizations",
        title="List child organizations",
        description="Your child organizations (customers), newest first. Needs a partner's key with org:admin.",
        sdk="organizations.list",
        toolset="core",
    ),
    Tool(
        name="get_organization",
        title="Get a child organization",
        description="One child with a summary: projects, balance, available (credits), spending cap and refill.",
        sdk="organizations.retrieve",
        toolset="core",
    ),
    Tool(
        name="get_child_credits",
        title="Get a child's credit wallet",
        description="A child's credit wallet, in credits, in the shape of get_credits. A suspended or archived child "
        "is refused.",
        sdk="organizations.credits.retrieve",
        toolset="core",
    ),
    Tool(
        name="list_social_accounts",
        title="List social accounts",
        description="The accounts that a project can publish to, leased or its own. For prices and renewals take "
        "list_leased_accounts.",
        sdk="social_accounts.list",
        toolset="core",
    ),
    Tool(
        name="list_audit_events",
        title="List the audit log",
        description="Who did what in your organization, and what was refused, newest first; 90 days.",
        sdk="audit_log.list",
        toolset="core",
    ),
)

"""Wire types of projects."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from partner_api.clock import format_milliseconds
from partner_api.edge.request.bounds import JsonBound
from partner_api.edge.wire.fields import MillisecondsText, OrganizationIdText, ProjectIdText
from partner_api.edge.wire.pagination import Cursor
from partner_api.edge.wire.standards import LANGUAGE, TIME_ZONE
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import format_id
from partner_api.organizations.schemas import EmailAddress
from partner_api.projects import store
from partner_api.projects.store import BrandVoice, ProjectStatus, TargetGender

ProjectName = Annotated[
    str,
    Meta(min_length=1, max_length=128, description="The app or brand.", extra=VISIBLE),
]
ExternalId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=255,
        description="Your own id; unique among your projects.",
        extra=VISIBLE,
    ),
]
TimeZone = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="A zone of IANA's database, spelt as there.",
        examples=["Europe/Lisbon"],
        extra=TIME_ZONE,
    ),
]
LanguageTag = Annotated[
    str,
    Meta(
        # In Python, $ alone would let a newline at the end pass.
        pattern=r"^[A-Za-z]{1,3}(-[A-Za-z0-9]{1,8})*$(?!\n)",
        max_length=35,
        description="BCP 47 language tag, of registered parts.",
        examples=["en"],
        extra=LANGUAGE,
    ),
]
AppName = Annotated[
    str,
    Meta(min_length=3, max_length=30, description="The app that content is about.", extra=VISIBLE),
]
AppDescription = Annotated[
    str, Meta(min_length=100, max_length=1000, description="What the app does.", extra=VISIBLE)
]
Tagline = Annotated[
    str, Meta(max_length=80, description="What the app promises, in a few words.", extra=VISIBLE)
]
_BRAND_VOICE = Meta(description="How texts should sound.")
_TARGET_GENDER = Meta(description="Whom content should speak to.")
ProjectMetadata = Annotated[
    dict[str, Any],
    Meta(
        description="Any JSON object of at most 8 KiB. A PATCH replaces it whole.",
        extra={"bound": JsonBound(8 * 1024)},
    ),
]


class NewProject(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A project to create."""

    name: ProjectName
    timezone: TimeZone
    customer_external_id: ExternalId | None = None
    primary_language: LanguageTag = "en"
    owner_email: EmailAddress | None = None
    app_name: AppName | None = None
    app_description: AppDescription | None = None
    tagline: Tagline | None = None
    brand_voice: Annotated[BrandVoice | None, _BRAND_VOICE] = None
    target_gender: Annotated[TargetGender | None, _TARGET_GENDER] = None
    metadata: ProjectMetadata | None = None


class ProjectPatch(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What to change: what is left out stays, null clears what may be empty."""

    name: ProjectName | UnsetType = UNSET
    timezone: TimeZone | UnsetType = UNSET
    customer_external_id: ExternalId | UnsetType | None = UNSET
    primary_language: LanguageTag | UnsetType = UNSET
    owner_email: EmailAddress | UnsetType | None = UNSET
    app_name: AppName | UnsetType | None = UNSET
    app_description: AppDescription | UnsetType | None = UNSET
    tagline: Tagline | UnsetType | None = UNSET
    brand_voice: Annotated[BrandVoice | UnsetType | None, _BRAND_VOICE] = UNSET
    target_gender: Annotated[TargetGender | UnsetType | None, _TARGET_GENDER] = UNSET
    metadata: ProjectMetadata | UnsetType | None = UNSET
    status: Annotated[
        ProjectStatus | UnsetType,
        Meta(description="`archived` archives it, `active` restores it."),
    ] = UNSET

    def changes(self) -> dict[str, Any]:
        """Return the fields that were sent, by their column."""
        return {
            name: value
            for name in self.__struct_fields__
            if (value := getattr(self, name)) is not UNSET
        }


class ProjectsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the list of projects."""

    status: Annotated[
        list[ProjectStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    search: Annotated[
        str | None, Meta(max_length=128, description="A part of the name, whatever its case.")
    ] = None
    customer_external_id: Annotated[
        list[ExternalId] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="Projects on a page.")] = 25
    cursor: Cursor | None = None


class Project(Struct, frozen=True, rename="camel", kw_only=True):
    """Where content is made and accounts are leased, for one app or brand."""

    id: ProjectIdText
    organization_id: OrganizationIdText
    name: str
    status: ProjectStatus
    customer_external_id: str | None
    timezone: str
    primary_language: str
    owner_email: str | None
    app_name: str | None
    app_description: str | None
    tagline: str | None
    brand_voice: BrandVoice | None
    target_gender: TargetGender | None
    metadata: dict[str, Any] | None
    created_at: MillisecondsText
    updated_at: MillisecondsText


class ArchivedProject(Struct, frozen=True, rename="camel", kw_only=True):
    """A project that was archived, and what it still costs."""

    id: ProjectIdText
    status: ProjectStatus
    archived_at: MillisecondsText
    canceled_scheduled_posts: Annotated[int, Meta(description="Posts that will not go out.")]
    active_leased_accounts: Annotated[
        int, Meta(description="Leases that go on and renew until they are released.")
    ]


def project_of(project: store.Project) -> Project:
    """Return a project in its wire form."""
    return Project(
        id=format_id("prj", project.id),
        organization_id=format_id("org", project.organization_id),
        name=project.name,
        status=project.status,
        customer_external_id=project.customer_external_id,
        timezone=project.timezone,
        primary_language=project.primary_language,
        owner_email=project.owner_email,
        app_name=project.app_name,
        app_description=project.app_description,
        tagline=project.tagline,
        brand_voice=project.brand_voice,
        target_gender=project.target_gender,
        metadata=project.metadata,
        created_at=format_milliseconds(project.created_at),
        updated_at=format_milliseconds(project.updated_at),
    )

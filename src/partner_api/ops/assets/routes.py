"""The route with which workers upload the files of a job."""

from __future__ import annotations

from uuid import UUID

from partner_api.content.upload_store import ClaimLost, HeldJob, upload
from partner_api.edge.declaration import Shown
from partner_api.edge.declare import Routes, Runs
from partner_api.edge.identity.scopes import requires_role
from partner_api.edge.request.api_request import ApiRequest
from partner_api.edge.request.uploads import ANY_TYPE, UploadRule
from partner_api.edge.wire.fields import JobId
from partner_api.errors import ApiError, Issue, invalid
from partner_api.jobs import operator_store
from partner_api.ops.assets.schemas import HeldClaimToken, HoldersWorkerId, UploadedFile
from partner_api.storage import MAX_FILE_BYTES, InvalidKey, check_name

routes = Routes("Operator: jobs")
_WORKER_HEADER = "X-Worker-Id"
_TOKEN_HEADER = "X-Claim-Token"  # noqa: S105 - the name of a header
_MOST_WORKER_CHARACTERS = 128


@routes.write(
    "PUT",
    "/ops/v1/jobs/{jobId}/assets/{name}",
    sdk="jobs.assets.upload",
    shown=Shown(request={"name": "slide-1.png", _WORKER_HEADER: "worker-1"}),
    access=requires_role("worker"),
    runs=Runs.UNRECORDED,
    uploads=UploadRule((ANY_TYPE,), MAX_FILE_BYTES, streamed=True),
    headers={_WORKER_HEADER: HoldersWorkerId, _TOKEN_HEADER: HeldClaimToken},
    errors=["CONFLICT"],
)
async def upload_asset(request: ApiRequest, job_id: JobId, name: str) -> UploadedFile:
    """Upload one file of a job.

    The body is the file, at most 100 MB (104,857,600 bytes), whatever its type. `X-Worker-Id` and
    `X-Claim-Token` name the claim, as the body of a heartbeat does; a claim that is not the current
    one is 409. A second file of the same name replaces the first. What is stored becomes an asset
    when the job is completed with its name, size and SHA-256.
    """
    worker_id, token = _claim_headers(request, name)
    services = request.services
    async with request.connection(writes=False) as connection:
        tenant_id = await operator_store.find_tenant_of_claim(
            connection, job_id, worker_id, token, request.now
        )
    if tenant_id is None:
        raise _claim_lost()
    held = HeldJob(tenant_id, job_id, worker_id, token)
    try:
        stored = await upload(
            services.pool,
            services.storage,
            services.clock.now,
            held,
            name,
            request.body_chunks(MAX_FILE_BYTES),
        )
    except ClaimLost:
        raise _claim_lost() from None
    return UploadedFile(name, stored.size_bytes, stored.sha256)


def _claim_headers(request: ApiRequest, name: str) -> tuple[str, UUID]:
    """Read whose claim it is, and check the name of the file.

    Raises:
        ApiError: VALIDATION, with everything that is wrong.
    """
    issues: list[Issue] = []
    worker_id = request.header(_WORKER_HEADER) or ""
    if not 1 <= len(worker_id) <= _MOST_WORKER_CHARACTERS:
        issues.append(Issue(_WORKER_HEADER, "Expected the worker's id, of 1 to 128 characters"))
    token = UUID(int=0)
    try:
        token = UUID(request.header(_TOKEN_HEADER) or "")
    except ValueError:
        issues.append(Issue(_TOKEN_HEADER, "Expected the token of the claim"))
    try:
        check_name(name)
    except InvalidKey as error:
        issues.append(Issue("name", f"This cannot be used: {error}"))
    if issues:
        raise invalid(issues)
    return worker_id, token


def _claim_lost() -> ApiError:
    return ApiError(
        "CONFLICT",
        "The claim is not the current one of a running job. Stop working on it, and claim again.",
    )

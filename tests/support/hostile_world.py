"""A partner whose every name, note and handle is hostile, made through the API of a running server."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'`</textarea></title>{{7*7}}"
TURNED = "\u202eabc\u202c \u2067def\u2069 \u200f\u05e9\u05dc\u05d5\u05dd"
LONG = "W" * 60 + " " + "long words " * 170
# One red pixel.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc00000030101"
    "0018dd8db00000000049454e44ae426082"
)
# The beginning of a video, as one that broke off.
VIDEO = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 64
NAME = f"{MARKUP[:70]}{TURNED}"
NOTE = f"{MARKUP} {TURNED} {LONG}"[:2000]


class HostileWorld:
    """What was made.

    Args:
        base_url: of the server, in development mode.
        token: of an admin.

    ``ids`` has the id of each thing by the name of the path parameter that takes it; of organizations the child's,
    and the partner's as ``partner``; of jobs one that runs, and a finished one as ``finishedJobId``.
    """

    def __init__(self, base_url: str, token: str) -> None:
        self._client = httpx2.Client(base_url=base_url, trust_env=False, timeout=60)
        self._token = token
        self.ids: dict[str, str] = {}
        partner = self._ops("/organizations", {"name": NAME, "billingEmail": "a+b@example.com"})
        self.ids["partner"] = partner["id"]
        key = self._ops(
            f"/organizations/{partner['id']}/api-keys",
            {"name": NAME, "scopes": ["*", "org:admin"], "env": "live"},
        )
        self.key = key["secret"]
        self._fund(partner["id"])
        child = self._post("/organizations", {"name": NAME, "metadata": {"note": NOTE[:400]}})
        self.ids["orgId"] = child["id"]
        self._post(f"/organizations/{child['id']}/credits/allocate", {"credits": 500})
        self._as_child = {"X-Layers-Organization": child["id"]}
        project = self._post("/projects", {"name": NAME, "timezone": "UTC"}, self._as_child)
        self.ids["projectId"] = project["id"]
        self._lease(project["id"])
        self._run_jobs(project["id"])
        self._listen()
        self._read_books()
        operator = {"name": f"{uuid4().hex[:8]} {NAME}", "role": "viewer"}
        self.ids["operatorId"] = self._ops("/operators", operator)["operator"]["id"]

    def close(self) -> None:
        """Close the connections to the server."""
        self._client.close()

    def _fund(self, partner_id: str) -> None:
        path = f"/organizations/{partner_id}"
        self._ops(f"{path}/cash/topup", {"amountCents": 90_000, "description": NOTE[:500]})
        self._ops(f"{path}/credits/grant", {"credits": 5_000, "description": NOTE[:500]})

    def _lease(self, project_id: str) -> None:
        accounts = [
            self._ops(
                "/pool/accounts",
                {
                    "platform": "tiktok",
                    "handle": f"h.{uuid4().hex[:20]}",
                    "followers": 12_345,
                    "vertical": "food",
                    "language": "en",
                    "geo": ["US", "GB"],
                },
            )["id"]
            for _ in range(2)
        ]
        self.ids["poolAccountId"] = accounts[0]
        wanted = {
            "projectId": project_id,
            "count": 1,
            "niche": {"vertical": "food", "language": "en", "geo": ["US"]},
            "target": NOTE,
            "note": NOTE,
        }
        path = f"/projects/{project_id}/leased-accounts/request"
        first = self._post(path, wanted, self._as_child)
        self._ops(
            f"/lease-requests/{first['id']}/fulfil",
            {"poolAccountIds": accounts[:1], "note": NOTE},
        )
        self.ids["leaseRequestId"] = self._post(path, wanted, self._as_child)["id"]
        leases = self._get(f"/projects/{project_id}/leased-accounts", self._as_child)
        self.ids["socialAccountId"] = leases["items"][0]["socialAccountId"]
        # A day of renewals.
        self.ids["date"] = leases["items"][0]["nextRenewalAt"][:10]

    def _run_jobs(self, project_id: str) -> None:
        content = {"hook": NOTE[:200]}
        for name in ("jobId", "finishedJobId"):
            job = self._post(
                f"/projects/{project_id}/content/slideshow-builder", content, self._as_child
            )
            self.ids[name] = job["jobId"]
        self._finish(self.ids["finishedJobId"])

    def _finish(self, job_id: str) -> None:
        """Complete a job with a picture and a video, as a worker does; what else waits is left to others."""
        wanted = {"workerId": MARKUP[:60], "formats": ["slideshow_builder"], "leaseSeconds": 600}
        held = None
        while held is None:
            items = self._ops("/jobs/claim", {**wanted, "max": 1})["items"]
            assert items, "the job does not wait"
            held = next((one for one in items if one["jobId"] == job_id), None)
        report = {"workerId": wanted["workerId"], "claimToken": held["claimToken"]}
        assets = [
            self._upload(job_id, report, name, kind, mime_type, content)
            for name, kind, mime_type, content in (
                ("one.png", "slide", "image/png", PICTURE),
                ("two.mp4", "video", "video/mp4", VIDEO),
            )
        ]
        self._ops(f"/jobs/{job_id}/complete", {**report, "creditsCharged": 7, "assets": assets})

    def _upload(
        self,
        job_id: str,
        held: Mapping[str, Any],
        name: str,
        kind: str,
        mime_type: str,
        content: bytes,
    ) -> dict[str, Any]:
        answer = self._client.put(
            f"/ops/v1/jobs/{job_id}/assets/{name}",
            content=content,
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": mime_type,
                "X-Worker-Id": held["workerId"],
                "X-Claim-Token": held["claimToken"],
            },
        )
        assert answer.is_success, answer.text
        return {
            "kind": kind,
            "name": name,
            "width": 1080,
            "height": 1920,
            "mimeType": mime_type,
            "sizeBytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }

    def _listen(self) -> None:
        endpoint = self._post(
            "/webhook-endpoints",
            {
                "url": f"http://localhost:9/{uuid4()}",
                "events": ["*"],
                "description": NOTE[:200],
                "scope": "all_children",
            },
        )["endpoint"]
        self.ids["endpointId"] = endpoint["id"]
        self._post(f"/organizations/{self.ids['orgId']}/credits/allocate", {"credits": 1})
        deliveries = f"/webhook-endpoints/{endpoint['id']}/deliveries"
        until = time.monotonic() + 60
        while not (items := self._get(deliveries)["items"]):
            assert time.monotonic() < until, "no delivery"
            time.sleep(0.1)
        self.ids["deliveryId"] = items[0]["id"]

    def _read_books(self) -> None:
        """Every server checks them when it starts."""
        headers = {"Authorization": f"Bearer {self._token}"}
        until = time.monotonic() + 60
        while not (
            items := self._client.get("/ops/v1/reconciliations", headers=headers).json()["items"]
        ):
            assert time.monotonic() < until, "the books were not checked"
            time.sleep(0.1)
        self.ids["reconciliationId"] = items[0]["id"]

    def _ops(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._send(f"/ops/v1{path}", self._token, body, {})

    def _post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Any:
        return self._send(f"/v1{path}", self.key, body, headers or {})

    def _get(self, path: str, headers: Mapping[str, str] | None = None) -> Any:
        answer = self._client.get(
            f"/v1{path}", headers={"Authorization": f"Bearer {self.key}", **(headers or {})}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _send(
        self, path: str, token: str, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Any:
        answer = self._client.post(
            path,
            json=dict(body),
            headers={
                "Authorization": f"Bearer {token}",
                "Idempotency-Key": str(uuid4()),
                **headers,
            },
        )
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json()

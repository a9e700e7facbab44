"""Requests: made once, before the first try, and then sent as often as it takes."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from layers_partner.core.configuration import check_limits, check_organization
from layers_partner.core.headers import check_extra_headers, check_idempotency_key
from layers_partner.core.uploads import Upload
from layers_partner.core.values import body_of, path_of, query_of, text_of
from layers_partner.options import NOT_GIVEN, NotGiven
from layers_partner.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers_partner.core.configuration import Configuration
    from layers_partner.core.operations import Operation
    from layers_partner.options import AsyncUploadContent, CallOptions

USER_AGENT: Final = f"layers-partner-python/{VERSION} python/{platform.python_version()}"
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Of an address that can be sent.
_LONGEST_URL: Final = 65_536
_OPTIONS: Final = frozenset(
    {"idempotency_key", "organization", "timeout", "max_retries", "extra_headers"}
)


class Request:
    """A request, without the key of the client; sent again, it is the same."""

    __slots__ = (
        "content",
        "headers",
        "idempotency_key",
        "is_redirect_wanted",
        "max_retries",
        "method",
        "template",
        "timeout",
        "url",
    )

    def __init__(
        self,
        configuration: Configuration,
        operation: Operation,
        options: CallOptions,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        body: object = None,
        upload: AsyncUploadContent | NotGiven = NOT_GIVEN,
        content_type: str | None = None,
        is_redirect_wanted: bool = False,
    ) -> None:
        """Build the request.

        Args:
            configuration: of the client.
            operation: what to call.
            options: of this call.
            path: values of the path's parameters.
            query: values of the query by their names on the wire.
            headers: headers of the route itself.
            body: what to send as JSON; None sends no body.
            upload: what to send as it is, instead.
            content_type: of the upload.
            is_redirect_wanted: whether the answer is an address.

        Raises:
            ValueError: a value cannot be sent.
            TypeError: a value is of the wrong type, or there is no such option.
        """
        if unknown := options.keys() - _OPTIONS:
            raise TypeError(f"There is no option or argument {', '.join(sorted(unknown))}.")
        self.method = operation.method
        self.template = operation.path
        self.is_redirect_wanted = is_redirect_wanted
        self.timeout: float = _given(options, "timeout", configuration.timeout)
        self.max_retries: int = _given(options, "max_retries", configuration.max_retries)
        check_limits(self.timeout, self.max_retries)
        written = query_of(query or {})
        filled = path_of(operation.path, path or {})
        joint = "&" if "?" in filled else "?"
        self.url = f"{configuration.base_url}{filled}" + (f"{joint}{written}" if written else "")
        if len(self.url) > _LONGEST_URL:
            raise ValueError("A value of the path or the query is too long.")
        self.idempotency_key = _idempotency_key(self.method, options)
        self.headers = self._head(configuration, options, headers or {})
        self.content: bytes | Upload | None = None
        if not isinstance(upload, NotGiven):
            self.content = Upload(upload)
            self.headers["content-type"] = content_type or "application/octet-stream"
            if self.content.size is not None:
                self.headers["content-length"] = str(self.content.size)
        elif body is not None:
            self.content = body_of(body)
            self.headers["content-type"] = "application/json"

    def _head(
        self,
        configuration: Configuration,
        options: CallOptions,
        own: Mapping[str, object],
    ) -> dict[str, str]:
        head = {"accept": "application/json", "user-agent": USER_AGENT}
        head.update(configuration.extra_headers)
        head.update(check_extra_headers(_given(options, "extra_headers", {})))
        written = {
            name: text_of(name, value)
            for name, value in own.items()
            if value is not None and not isinstance(value, NotGiven)
        }
        head.update(check_extra_headers(written))
        organization: str | None = _given(options, "organization", configuration.organization)
        check_organization(organization, can_act=configuration.has_organization)
        if organization is not None:
            head["x-layers-organization"] = organization
        if self.idempotency_key is not None:
            head["idempotency-key"] = self.idempotency_key
        return head

    @property
    def is_conditional(self) -> bool:
        """Whether an answer without a body may say that what was read before still holds."""
        return "if-none-match" in self.headers

    def can_be_sent(self) -> bool:
        """Check whether it can be sent whole, now; a body that can be read once is gone after a try."""
        return not isinstance(self.content, Upload) or self.content.can_be_sent()


def _given(options: CallOptions, name: str, otherwise: Any) -> Any:
    value = options.get(name, otherwise)
    return otherwise if isinstance(value, NotGiven) else value


def _idempotency_key(method: str, options: CallOptions) -> str | None:
    key = _given(options, "idempotency_key", None)
    if method in _READS:
        return None
    return str(uuid4()) if key is None else check_idempotency_key(key)

"""What every ``layers ops`` command does: one request to the operator's API, one answer printed."""

from __future__ import annotations

import json
import uuid
from typing import IO, TYPE_CHECKING, Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from partner_api.commands.environment import settings_from_environment
from partner_api.demo_credentials import read_demo_secrets
from partner_api.startup import StartupError
from partner_api.time_limits import OPERATOR_CLIENT_SECONDS, OPERATOR_UPLOAD_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_CHUNK_BYTES = 128 * 1024
_PAGE = 100
_WIDEST = 1_000


KeyOption = Annotated[
    str | None,
    typer.Option(help="Repeat an operation that may have happened: give its Idempotency-Key."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the items as JSON, for programs.")]


class OperatorRequestError(Exception):
    """The server refused a request, or did not answer; the message is what it said."""


class OperatorClient:
    """Calls the operator's API of the server at LAYERS_URL.

    The token is LAYERS_OPERATOR_TOKEN, else the one that the demo left in the data folder.

    Raises:
        StartupError: there is no token.
    """

    def __init__(self) -> None:
        settings = settings_from_environment()
        token = settings.operator_token
        if token is None:
            secrets = read_demo_secrets(settings.data_dir)
            if secrets is None:
                raise StartupError(
                    "There is no operator's token. Set LAYERS_OPERATOR_TOKEN; "
                    "`layers ops bootstrap` makes the first one."
                )
            token = secrets.operator_token
        self._http = httpx.Client(
            base_url=f"{settings.api_url.rstrip('/')}/ops/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=OPERATOR_CLIENT_SECONDS,
            trust_env=False,
            # A command sends a few requests and ends; no connection is left open behind it.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def get(self, path: str, **query: object) -> Any:
        """Read something.

        Raises:
            OperatorRequestError: the server refused, or did not answer.
        """
        parameters = {name: str(value) for name, value in query.items() if value is not None}
        return self._send(self._http.build_request("GET", path, params=parameters))

    def pages(self, path: str, page_size: int = _PAGE, **query: object) -> Iterator[dict[str, Any]]:
        """Read a whole list, page by page.

        Raises:
            OperatorRequestError: the server refused, or did not answer.
        """
        cursor: str | None = None
        while True:
            page = self.get(path, limit=page_size, cursor=cursor, **query)
            yield from page["items"]
            cursor = page["nextCursor"]
            if cursor is None:
                return

    def write(
        self, method: str, path: str, body: Mapping[str, Any], idempotency_key: str | None = None
    ) -> Any:
        """Change something, once.

        Without a key of the caller's, a new one is sent, so that the retries of this very call
        are one operation. Fields that are None are left out.

        Raises:
            OperatorRequestError: the server refused, or did not answer.
        """
        sent = {name: value for name, value in body.items() if value is not None}
        key = idempotency_key or str(uuid.uuid4())
        request = self._http.build_request(
            method, path, json=sent, headers={"Idempotency-Key": key}
        )
        return self._send_once(request, key)

    def upload(
        self,
        path: str,
        file: IO[bytes],
        *,
        size: int,
        media_type: str,
        on_sent: Callable[[int], None],
        query: Mapping[str, str],
        idempotency_key: str | None = None,
    ) -> Any:
        """Send a file, once, piece by piece.

        Args:
            path: where to.
            file: what.
            size: how many bytes it has.
            media_type: what it is.
            on_sent: is told how many bytes have gone, each time some have.
            query: of the address.
            idempotency_key: as for ``write``.

        Raises:
            OperatorRequestError: the server refused, or did not answer.
        """

        def pieces() -> Iterator[bytes]:
            while piece := file.read(_CHUNK_BYTES):
                yield piece
                on_sent(len(piece))

        key = idempotency_key or str(uuid.uuid4())
        request = self._http.build_request(
            "POST",
            path,
            params=dict(query),
            content=pieces(),
            headers={
                "Idempotency-Key": key,
                "Content-Type": media_type,
                "Content-Length": str(size),
            },
            timeout=OPERATOR_UPLOAD_SECONDS,
        )
        return self._send_once(request, key)

    def _send_once(self, request: httpx.Request, key: str) -> Any:
        try:
            return self._send(request)
        except OperatorRequestError as error:
            if error.__cause__ is None:
                raise
            raise OperatorRequestError(
                f"{error} Whether it happened is not known: repeat the command with "
                f"--idempotency-key {key} and it happens once."
            ) from error.__cause__

    def _send(self, request: httpx.Request) -> Any:
        try:
            response = self._http.send(request)
        except httpx.TransportError as error:
            raise OperatorRequestError(
                f"No answer from {request.url.host}:{request.url.port} ({type(error).__name__}). "
                "Is the server running, and LAYERS_URL right?"
            ) from error
        try:
            answer = response.json()
        except json.JSONDecodeError:
            answer = None
        if response.is_success and answer is not None:
            return answer
        raise OperatorRequestError(_explain(response, answer))


def _explain(response: httpx.Response, answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return f"The server answered {response.status_code}, and not as its API does."
    text = f"{error['code']}: {error['message']}"
    details = dict(error.get("details") or {})
    for issue in details.pop("issues", []):
        text += f"\n  {issue['path'] or 'the request'}: {issue['message']}"
    if details:
        text += f"\n  {json.dumps(details)}"
    return f"{text}\n  request {error['requestId']}"


def print_json(answer: Any) -> None:
    """Print an answer for people and programs alike."""
    print(json.dumps(answer, indent=2, ensure_ascii=False))


def print_list(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print a list as a table, with these fields of each item as its columns, or as JSON."""
    if as_json:
        print_json(list(rows))
        return
    table = Table()
    for column in columns:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    # An id that was cut to fit the terminal would be of no use.
    Console(width=_WIDEST).print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, list) else str(value)

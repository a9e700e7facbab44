"""A copy of all files of a running server, and the check that a copy is whole."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import re
import subprocess
import tarfile
import time
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from embedded_postgres.backup.errors import BackupError
from embedded_postgres.backup.wal import parse_lsn
from embedded_postgres.interruptions import stops_deferred
from embedded_postgres.time_limits import BASE_BACKUP_SILENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from embedded_postgres.binaries import Binaries

FILES: Final = ("base.tar.gz", "pg_wal.tar.gz", "backup_manifest")
_PROGRESS = re.compile(r"(\d+)/(\d+) kB \((?:\d+)%\)")
_CHUNK_BYTES: Final = 1024 * 1024
_LOOK_SECONDS: Final = 0.1


class Manifest(NamedTuple):
    """What `pg_basebackup` says of a copy.

    Args:
        timeline: of the server.
        start: LSN from which WAL is needed.
        end: LSN up to which it is: before it the copy is of no use.
        files: SHA-256 of each file, by its path.
    """

    timeline: int
    start: int
    end: int
    files: Mapping[str, str]


def take_base(
    url: str, binaries: Binaries, folder: Path, on_progress: Callable[[int, int], None]
) -> Manifest:
    """Copy the files of a running server into `FILES` in a folder that does not exist yet.

    Args:
        url: of the owner of the cluster.
        binaries: programs that this process can run.
        folder: made; what is left there after a failure is the caller's to remove.
        on_progress: called with KiB done, and all of them.

    Raises:
        BackupError: it failed, or made no progress for long.
    """
    parts = urlsplit(url)
    place = parse_qs(parts.query)
    command: list[str | Path] = [
        binaries.pg_basebackup,
        *("--host", place["host"][0], "--port", place["port"][0]),
        *("--username", unquote(parts.username or ""), "--no-password"),
        *("--pgdata", folder, "--format=tar", "--compress=client-gzip:1"),
        # With the WAL that it needs, so that it is of use where no other WAL is kept.
        *("--wal-method=stream", "--checkpoint=fast"),
        *("--manifest-checksums=SHA256", "--progress", "--label=layers backup"),
    ]
    # Not in the command line, which others can see.
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C",
        "PGPASSWORD": unquote(parts.password or ""),
    }
    with stops_deferred():
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    try:
        said = _follow(process, on_progress)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(BASE_BACKUP_SILENCE_SECONDS)
        if process.stderr is not None:
            process.stderr.close()
    if process.returncode != 0:
        lines = [line for line in said.splitlines() if "error:" in line]
        reason = (lines or ["it ended without saying why"])[-1].partition("error:")[2].strip()
        raise BackupError(
            f"pg_basebackup failed: {reason or lines or 'no reason given'}. See to that, then try again."
        )
    return read_manifest(folder / "backup_manifest")


def _follow(process: subprocess.Popen[bytes], on_progress: Callable[[int, int], None]) -> str:
    assert process.stderr is not None  # noqa: S101 - it was asked for
    descriptor = process.stderr.fileno()
    os.set_blocking(descriptor, False)
    said = ""
    heard_at = time.monotonic()
    while True:
        ended = process.poll() is not None
        try:
            text = os.read(descriptor, 65_536).decode(errors="replace")
        except BlockingIOError:
            text = ""
        if text:
            said = (said + text)[-16_384:]
            heard_at = time.monotonic()
            if found := _PROGRESS.findall(text):
                on_progress(int(found[-1][0]), int(found[-1][1]))
        elif ended:
            return said
        elif time.monotonic() - heard_at > BASE_BACKUP_SILENCE_SECONDS:
            raise BackupError(
                f"pg_basebackup has made no progress for {BASE_BACKUP_SILENCE_SECONDS:.0f} s. "
                "Look after the disk, then try again."
            )
        else:
            time.sleep(_LOOK_SECONDS)


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of a copy, and check that it is as it was written.

    Raises:
        BackupError: it is damaged.
    """
    try:
        text = path.read_bytes()
        fields = json.loads(text)
        # The sum is of everything before the line that it stands in.
        summed = text[: text.rindex(b'"Manifest-Checksum"')]
        if hashlib.sha256(summed).hexdigest() != fields["Manifest-Checksum"]:
            raise ValueError("checksum")
        ranges = fields["WAL-Ranges"]
        return Manifest(
            timeline=max(one["Timeline"] for one in ranges),
            start=min(parse_lsn(one["Start-LSN"]) for one in ranges),
            end=max(parse_lsn(one["End-LSN"]) for one in ranges),
            files={one["Path"]: one["Checksum"] for one in fields["Files"]},
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise BackupError(
            "The manifest of the backup is damaged. Use another backup; `layers backup list` names them."
        ) from error


@contextlib.contextmanager
def open_tar(path: Path) -> Iterator[tarfile.TarFile]:
    """Open an archive that `pg_basebackup` has written, to be read from its beginning to its end.

    It consists of several compressed parts, of which `tarfile` alone would read the first.
    """
    with gzip.open(path) as content, tarfile.open(fileobj=content, mode="r|") as tar:
        yield tar


def check_tar(path: Path, manifest: Manifest, on_progress: Callable[[int], None]) -> None:
    """Check that a copy has every file of its manifest, byte for byte.

    Args:
        path: of `base.tar.gz`.
        manifest: of the copy.
        on_progress: called with the number of files that were read.

    Raises:
        BackupError: it has not.
    """
    missing = dict(manifest.files)
    try:
        with open_tar(path) as tar:
            for number, member in enumerate(tar, 1):
                on_progress(number)
                name = member.name.removeprefix("./")
                if not member.isfile() or name not in missing:
                    continue
                digest = hashlib.sha256()
                file = tar.extractfile(member)
                while file is not None and (chunk := file.read(_CHUNK_BYTES)):
                    digest.update(chunk)
                if digest.hexdigest() != missing.pop(name):
                    raise _damaged(name)
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise _damaged(path.name) from error
    if missing:
        raise _damaged(min(missing))


def _damaged(name: str) -> BackupError:
    return BackupError(
        f"The backup is damaged: {name} is missing or not what was written. Use another backup; "
        "`layers backup list` names them."
    )

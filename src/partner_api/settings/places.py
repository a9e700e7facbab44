"""The settings of places outside the database, which ``Settings`` has as its fields."""

from typing import Annotated

from partner_api.settings.parsers import backup_target, storage_url
from partner_api.settings.setting import Setting

Files = Annotated[
    str | None,
    Setting(
        "Bucket for the files of generated content, s3://bucket/prefix, with "
        "?endpoint=https://… for servers other than Amazon's. Without it: the data folder.",
        storage_url,
    ),
]
Backups = Annotated[
    str | None,
    Setting(
        "Folder or bucket, s3://bucket/prefix, for backups of the server's own PostgreSQL; with it the "
        "server archives every change there.",
        backup_target,
    ),
]

"""What a job has made: pictures, films and sounds, which this server sends wherever they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import htpy as h

from partner_api.console.components.text import other
from partner_api.visible_text import visible

if TYPE_CHECKING:
    from partner_api.ops.jobs.history_schemas import JobContent, JobFile
    from partner_api.ops.jobs.overview_schemas import OpsJob

_MOST_CHARACTERS: Final = 160


def pictures(job: OpsJob, content: JobContent) -> h.Node:
    """Return the files of a job, those that can be shown as they are."""
    if not content.assets:
        return h.p(".empty")["It has made no file."]
    hook = content.inputs.get("hook")
    about = job.format.replace("_", " ")
    if isinstance(hook, str):
        cut = f"{hook[:_MOST_CHARACTERS]}…" if len(hook) > _MOST_CHARACTERS else hook
        about = f"{about} about “{visible(cut)}”"
    total = len(content.assets)
    return h.ul(".pictures")[
        (
            h.li[_figure(file, f"{file.kind} {number} of {total} of a {about}")]
            for number, file in enumerate(content.assets, 1)
        )
    ]


def _figure(file: JobFile, described: str) -> h.Node:
    return h.figure[
        _shown(file, described),
        h.figcaption[
            h.a(href=file.url)[other(file.name)],
            h.br,
            f"{file.kind}, {file.width} by {file.height}, {_size(file.size_bytes)}, ",
            other(file.mime_type),
        ],
    ]


def _shown(file: JobFile, described: str) -> h.Node:
    kind = file.mime_type.partition("/")[0]
    # An SVG can have a script in it, so it is sent as bytes.
    if kind == "image" and file.mime_type != "image/svg+xml":
        return h.img(
            src=file.url,
            alt=described,
            width=str(file.width),
            height=str(file.height),
            loading="lazy",
        )
    if kind == "video":
        return h.video(src=file.url, controls=True, preload="metadata", aria_label=described)
    if kind == "audio":
        return h.audio(src=file.url, controls=True, preload="none", aria_label=described)
    return None


def _size(size_bytes: int) -> str:
    if size_bytes < 1_000:
        return f"{size_bytes} B"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1_000:.1f} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"

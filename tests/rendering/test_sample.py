"""What the sandbox gives in the place of generated content."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import pytest
from PIL import Image

from partner_api.rendering.sample import render_sample

INPUTS: dict[str, dict[str, Any]] = {
    "slideshow_builder": {"hook": "Stop scrolling! Three coffees a day are fine. Here is why."},
    "slideshow_remix": {"tiktokVideoId": "7300000000000000000"},
    "video_remix": {"tiktokVideoId": "7300000000000000000"},
    "ugc_remix": {},
    "auto": {"hook": None},
}


@pytest.mark.parametrize("content_format", INPUTS)
def test_every_format_has_a_poster_and_something_to_show(content_format: str) -> None:
    assets = render_sample(INPUTS[content_format], content_format)
    assert assets == render_sample(dict(INPUTS[content_format]), content_format)
    assert len({asset.name for asset in assets}) == len(assets)
    shown = "video" if content_format in {"video_remix", "ugc_remix"} else "slide"
    assert {asset.kind for asset in assets} == {shown, "poster"}
    for asset in assets:
        image = Image.open(io.BytesIO(asset.content))
        assert image.size == (asset.width, asset.height) == (270, 480)
        assert Image.MIME[str(image.format)] == asset.mime_type
        assert len(asset.content) < 100_000
        assert len(image.convert("RGB").getcolors(1 << 20) or ()) > 20


def test_a_video_moves() -> None:
    video, _ = render_sample({"hook": "First sentence is this one here. Second one."}, "ugc_remix")
    assert getattr(Image.open(io.BytesIO(video.content)), "n_frames", 1) > 1


def test_the_input_decides() -> None:
    one = render_sample({"tiktokVideoId": "7300000000000000001"}, "video_remix")
    other = render_sample({"tiktokVideoId": "7300000000000000002"}, "video_remix")
    assert one[0].content != other[0].content


def test_another_process_gives_the_same_bytes() -> None:
    program = (
        "import hashlib; from partner_api.rendering.sample import render_sample;"
        "print([hashlib.sha256(a.content).hexdigest()"
        " for a in render_sample({'hook': 'Coffee, café, кофе'}, 'auto')])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1

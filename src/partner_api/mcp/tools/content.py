"""Tools for generation: what was made, jobs, and starting them."""

from __future__ import annotations

from typing import Final

from partner_api.mcp.tool import Tool

_STARTS: Final = (
    "Starts a job: credits are reserved now (reservedCredits is the most it costs) and charged when it is done. "
    "Follow it with get_job."
)

TOOLS = (
    Tool(
        name="list_content",
        title="List a project's content",
        description="What was made for a project, newest first, with files and creditsCharged (credits).",
        sdk="content.list",
        toolset="content",
    ),
    Tool(
        name="get_content",
        title="Get content",
        description="One piece of content: status, files, creditsCharged (credits), the last error.",
        sdk="content.retrieve",
        toolset="content",
        arguments={"containerId": "Its id (cnt_…), from list_content or a job."},
    ),
    Tool(
        name="get_job",
        title="Get a job",
        description="How far a job is: status, stage, progress from 0 to 1; at its end the result or the error. Wait "
        "some seconds before you ask again.",
        sdk="jobs.retrieve",
        toolset="content",
    ),
    Tool(
        name="cancel_job",
        title="Cancel a job",
        description="Cancel a running job for good; its reserved credits are released. Costs nothing.",
        sdk="jobs.cancel",
        toolset="content",
        destructive=True,
    ),
    Tool(
        name="generate_content",
        title="Generate content",
        description=f"Make content of whichever format fits. {_STARTS}",
        sdk="content.generate",
        toolset="content",
        moves_money=True,
        destructive=True,
        open_world=True,
    ),
    Tool(
        name="build_slideshow",
        title="Build a slideshow",
        description=f"Make a slideshow from a hook. {_STARTS}",
        sdk="content.build_slideshow",
        toolset="content",
        moves_money=True,
        destructive=True,
    ),
    Tool(
        name="remix_slideshow",
        title="Remix a slideshow",
        description=f"Make a slideshow after a TikTok video. {_STARTS}",
        sdk="content.remix_slideshow",
        toolset="content",
        moves_money=True,
        destructive=True,
        open_world=True,
    ),
    Tool(
        name="remix_video",
        title="Remix a video",
        description=f"Make a video after a TikTok video. {_STARTS}",
        sdk="content.remix_video",
        toolset="content",
        moves_money=True,
        destructive=True,
        open_world=True,
    ),
    Tool(
        name="remix_ugc",
        title="Make a video in viewers' manner",
        description=f"Make a video in the manner of users' own. {_STARTS}",
        sdk="content.remix_ugc",
        toolset="content",
        moves_money=True,
        destructive=True,
        open_world=True,
    ),
)

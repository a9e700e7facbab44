// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { Content, StartedJob } from "../types.js";
import { ContentAssetsResource } from "./content-assets.js";

/** Arguments of `layers.content.buildSlideshow`. */
export interface ContentBuildSlideshowParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /**
   * What it is about, as a viewer would say it; not blank. At most 2,000 characters. Example:
   * `Three cafés in Lisbon that open before seven`.
   */
  hook: string;
  /**
   * The account that it is for: a connected one of the project. Example:
   * `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  socialAccountId?: string | null | undefined;
  /** Who should be seen in it. At most 128 characters. */
  influencerId?: string | null | undefined;
}

/** Arguments of `layers.content.generate`. */
export interface ContentGenerateParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /**
   * What it is about, as a viewer would say it; not blank. At most 2,000 characters. Example:
   * `Three cafés in Lisbon that open before seven`.
   */
  hook?: string | null | undefined;
  /** The TikTok video to start from. Example: `7301234567890123456`. */
  tiktokVideoId?: string | null | undefined;
  /**
   * The account that it is for: a connected one of the project. Example:
   * `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  socialAccountId?: string | null | undefined;
  /** Who should be seen in it. At most 128 characters. */
  influencerId?: string | null | undefined;
}

/** Arguments of `layers.content.list`. */
export interface ContentListParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** Only these; a list for several. */
  status?:
    | "canceled"
    | "completed"
    | "failed"
    | "processing"
    | "queued"
    | (string & {})
    | ReadonlyArray<"canceled" | "completed" | "failed" | "processing" | "queued" | (string & {})>
    | undefined;
  /** Only these; a list for several. */
  format?:
    | "auto"
    | "slideshow_builder"
    | "slideshow_remix"
    | "ugc_remix"
    | "video_remix"
    | (string & {})
    | ReadonlyArray<
        | "auto"
        | "slideshow_builder"
        | "slideshow_remix"
        | "ugc_remix"
        | "video_remix"
        | (string & {})
      >
    | undefined;
  /** Created then or later. Example: `2026-06-01T00:00:00.000Z`. */
  since?: string | Date | undefined;
  /** Created then or earlier. Example: `2026-06-01T00:00:00.000Z`. */
  until?: string | Date | undefined;
  /** Containers on a page. From 1 to 200. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `layers.content.remixSlideshow`. */
export interface ContentRemixSlideshowParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** The TikTok video to start from. Example: `7301234567890123456`. */
  tiktokVideoId: string;
  /**
   * The account that it is for: a connected one of the project. Example:
   * `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  socialAccountId?: string | null | undefined;
  /** Who should be seen in it. At most 128 characters. */
  influencerId?: string | null | undefined;
}

/** Arguments of `layers.content.remixUgc`. */
export interface ContentRemixUgcParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /**
   * What it is about, as a viewer would say it; not blank. At most 2,000 characters. Example:
   * `Three cafés in Lisbon that open before seven`.
   */
  hook?: string | null | undefined;
  /** The TikTok video to start from. Example: `7301234567890123456`. */
  tiktokVideoId?: string | null | undefined;
  /** A recording to use. At most 128 characters. */
  mediaId?: string | null | undefined;
  /**
   * The account that it is for: a connected one of the project. Example:
   * `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  socialAccountId?: string | null | undefined;
  /** Who should be seen in it. At most 128 characters. */
  influencerId?: string | null | undefined;
}

/** Arguments of `layers.content.remixVideo`. */
export interface ContentRemixVideoParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** The TikTok video to start from. Example: `7301234567890123456`. */
  tiktokVideoId: string;
  /**
   * The account that it is for: a connected one of the project. Example:
   * `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
   */
  socialAccountId?: string | null | undefined;
  /** Who should be seen in it. At most 128 characters. */
  influencerId?: string | null | undefined;
}

/** Arguments of `layers.content.retrieve`. */
export interface ContentRetrieveParams {
  /** Id of the container. Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  containerId: string;
}

/** Methods of `layers.content`. */
export class ContentResource extends Resource {
  /** `layers.content.assets`: `retrieveUrl`. */
  readonly assets = new ContentAssetsResource(this.client);

  /**
   * Build a slideshow.
   *
   * Reserves the format's estimate and starts a job that writes and lays out slides for your hook.
   *
   * `POST /v1/projects/{projectId}/content/slideshow-builder`, with the scope `content:write`.
   *
   * @returns A job that has been started.
   * @throws {BillingExhaustedError} Not enough credits or money.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  buildSlideshow(
    params: ContentBuildSlideshowParams,
    options?: RequestOptions,
  ): ApiPromise<StartedJob> {
    return this.client.call(
      {
        name: "content.build_slideshow",
        method: "POST",
        path: "/v1/projects/{projectId}/content/slideshow-builder",
      },
      params,
      options,
    );
  }

  /**
   * Generate whichever format fits.
   *
   * Reserves the estimate of `auto`, and is charged as what it became: a slideshow or a video.
   *
   * `POST /v1/projects/{projectId}/content/auto`, with the scope `content:write`.
   *
   * @returns A job that has been started.
   * @throws {BillingExhaustedError} Not enough credits or money.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  generate(params: ContentGenerateParams, options?: RequestOptions): ApiPromise<StartedJob> {
    return this.client.call(
      { name: "content.generate", method: "POST", path: "/v1/projects/{projectId}/content/auto" },
      params,
      options,
    );
  }

  /**
   * List content.
   *
   * What the jobs of a project make or have made, newest first.
   *
   * `GET /v1/projects/{projectId}/content`, with the scope `content:read`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   container: what one job makes.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: ContentListParams, options?: RequestOptions): PagePromise<Content> {
    return this.client.list(
      { name: "content.list", method: "GET", path: "/v1/projects/{projectId}/content" },
      params,
      options,
    );
  }

  /**
   * Remix a slideshow.
   *
   * Reserves the format's estimate and starts a job that makes a slideshow from a TikTok video.
   *
   * `POST /v1/projects/{projectId}/content/slideshow-remix`, with the scope `content:write`.
   *
   * @returns A job that has been started.
   * @throws {BillingExhaustedError} Not enough credits or money.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  remixSlideshow(
    params: ContentRemixSlideshowParams,
    options?: RequestOptions,
  ): ApiPromise<StartedJob> {
    return this.client.call(
      {
        name: "content.remix_slideshow",
        method: "POST",
        path: "/v1/projects/{projectId}/content/slideshow-remix",
      },
      params,
      options,
    );
  }

  /**
   * Remix user-generated content.
   *
   * Reserves the format's estimate and starts a job that makes a video in the manner of viewers.
   *
   * `POST /v1/projects/{projectId}/content/ugc-remix`, with the scope `content:write`.
   *
   * @returns A job that has been started.
   * @throws {BillingExhaustedError} Not enough credits or money.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  remixUgc(params: ContentRemixUgcParams, options?: RequestOptions): ApiPromise<StartedJob> {
    return this.client.call(
      {
        name: "content.remix_ugc",
        method: "POST",
        path: "/v1/projects/{projectId}/content/ugc-remix",
      },
      params,
      options,
    );
  }

  /**
   * Remix a video.
   *
   * Reserves the format's estimate and starts a job that makes a video from a TikTok video.
   *
   * `POST /v1/projects/{projectId}/content/video-remix`, with the scope `content:write`.
   *
   * @returns A job that has been started.
   * @throws {BillingExhaustedError} Not enough credits or money.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  remixVideo(params: ContentRemixVideoParams, options?: RequestOptions): ApiPromise<StartedJob> {
    return this.client.call(
      {
        name: "content.remix_video",
        method: "POST",
        path: "/v1/projects/{projectId}/content/video-remix",
      },
      params,
      options,
    );
  }

  /**
   * Read content.
   *
   * What one job makes: its state, what was asked for, and the files when it is completed.
   *
   * `GET /v1/content/{containerId}`, with the scope `content:read`.
   *
   * @returns A container: what one job makes.
   * @throws {NotFoundError} `containerId` does not exist, or this key cannot see it; the two look
   *   the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(params: ContentRetrieveParams, options?: RequestOptions): ApiPromise<Content> {
    return this.client.call(
      { name: "content.retrieve", method: "GET", path: "/v1/content/{containerId}" },
      params,
      options,
    );
  }
}

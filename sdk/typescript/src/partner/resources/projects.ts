// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { RequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { ArchivedProject, Project } from "../types.js";

/** Arguments of `layers.projects.archive`. */
export interface ProjectsArchiveParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
}

/** Arguments of `layers.projects.create`. */
export interface ProjectsCreateParams {
  /** The app or brand. At most 128 characters. Example: `Spring launch`. */
  name: string;
  /** A zone of IANA's database, spelt as there. At most 64 characters. Example: `Europe/Lisbon`. */
  timezone: string;
  /** Your own id; unique among your projects. At most 255 characters. */
  customerExternalId?: string | null | undefined;
  /**
   * BCP 47 language tag, of registered parts. At most 35 characters. Default: `en`. Example: `en`.
   */
  primaryLanguage?: string | undefined;
  /**
   * One address, without a name around it. At most 254 characters. Example: `billing@example.com`.
   */
  ownerEmail?: string | null | undefined;
  /** The app that content is about. From 3 to 30 characters. */
  appName?: string | null | undefined;
  /** What the app does. From 100 to 1,000 characters. */
  appDescription?: string | null | undefined;
  /** What the app promises, in a few words. At most 80 characters. */
  tagline?: string | null | undefined;
  /** How texts should sound. */
  brandVoice?:
    | "authentic"
    | "casual"
    | "educational"
    | "professional"
    | "warm"
    | "witty"
    | (string & {})
    | null
    | undefined;
  /** Whom content should speak to. */
  targetGender?: "all" | "female" | "male" | (string & {}) | null | undefined;
  /** Any JSON object of at most 8 KiB. A PATCH replaces it whole. */
  metadata?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Arguments of `layers.projects.list`. */
export interface ProjectsListParams {
  /** Only these; a list for several. */
  status?:
    | "active"
    | "archived"
    | (string & {})
    | ReadonlyArray<"active" | "archived" | (string & {})>
    | undefined;
  /** A part of the name, whatever its case. At most 128 characters. */
  search?: string | undefined;
  /** Only these; a list for several. */
  customerExternalId?: string | readonly string[] | undefined;
  /** Projects on a page. From 1 to 200. Default: 25. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `layers.projects.retrieve`. */
export interface ProjectsRetrieveParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
}

/** Arguments of `layers.projects.update`. */
export interface ProjectsUpdateParams {
  /** Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  projectId: string;
  /** The app or brand. At most 128 characters. Example: `Summer launch`. */
  name?: string | undefined;
  /** A zone of IANA's database, spelt as there. At most 64 characters. Example: `Europe/Lisbon`. */
  timezone?: string | undefined;
  /** Your own id; unique among your projects. At most 255 characters. Example: `customer-4711`. */
  customerExternalId?: string | null | undefined;
  /** BCP 47 language tag, of registered parts. At most 35 characters. Example: `en`. */
  primaryLanguage?: string | undefined;
  /**
   * One address, without a name around it. At most 254 characters. Example: `billing@example.com`.
   */
  ownerEmail?: string | null | undefined;
  /** The app that content is about. From 3 to 30 characters. Example: `Corner Coffee`. */
  appName?: string | null | undefined;
  /**
   * What the app does. From 100 to 1,000 characters. Example: `Corner Coffee finds the best coffee
   * within ten minutes of wherever you are, and tells you when the queue is short.`.
   */
  appDescription?: string | null | undefined;
  /**
   * What the app promises, in a few words. At most 80 characters. Example: `Good coffee, near you`.
   */
  tagline?: string | null | undefined;
  /** How texts should sound. */
  brandVoice?:
    | "authentic"
    | "casual"
    | "educational"
    | "professional"
    | "warm"
    | "witty"
    | (string & {})
    | null
    | undefined;
  /** Whom content should speak to. */
  targetGender?: "all" | "female" | "male" | (string & {}) | null | undefined;
  /** Any JSON object of at most 8 KiB. A PATCH replaces it whole. */
  metadata?: Readonly<Record<string, unknown>> | null | undefined;
  /** `archived` archives it, `active` restores it. */
  status?: "active" | "archived" | (string & {}) | undefined;
}

/** Methods of `layers.projects`. */
export class ProjectsResource extends Resource {
  /**
   * Archive a project.
   *
   * It starts no more jobs and publishes no more posts. Its leases go on and renew until they are
   * released, hence their count. A PATCH with `status: "active"` restores it.
   *
   * `DELETE /v1/projects/{projectId}`, with the scope `projects:write`.
   *
   * @returns A project that was archived, and what it still costs.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  archive(params: ProjectsArchiveParams, options?: RequestOptions): ApiPromise<ArchivedProject> {
    return this.client.call(
      { name: "projects.archive", method: "DELETE", path: "/v1/projects/{projectId}" },
      params,
      options,
    );
  }

  /**
   * Create a project.
   *
   * A `customerExternalId` that another of your projects has is 409.
   *
   * `POST /v1/projects`, with the scope `projects:write`.
   *
   * @returns Where content is made and accounts are leased, for one app or brand.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(params: ProjectsCreateParams, options?: RequestOptions): ApiPromise<Project> {
    return this.client.call(
      { name: "projects.create", method: "POST", path: "/v1/projects" },
      params,
      options,
    );
  }

  /**
   * List projects.
   *
   * Newest first.
   *
   * `GET /v1/projects`, with the scope `projects:read`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item:
   *   where content is made and accounts are leased, for one app or brand.
   * @throws {NotFoundError} It does not exist, or this key cannot see it; the two look the same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(params: ProjectsListParams = {}, options?: RequestOptions): PagePromise<Project> {
    return this.client.list(
      { name: "projects.list", method: "GET", path: "/v1/projects" },
      params,
      options,
    );
  }

  /**
   * Read a project.
   *
   * `GET /v1/projects/{projectId}`, with the scope `projects:read`.
   *
   * @returns Where content is made and accounts are leased, for one app or brand.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  retrieve(params: ProjectsRetrieveParams, options?: RequestOptions): ApiPromise<Project> {
    return this.client.call(
      { name: "projects.retrieve", method: "GET", path: "/v1/projects/{projectId}" },
      params,
      options,
    );
  }

  /**
   * Change a project.
   *
   * What is left out stays. `status: "active"` restores an archived project.
   *
   * `PATCH /v1/projects/{projectId}`, with the scope `projects:write`.
   *
   * @returns Where content is made and accounts are leased, for one app or brand.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `projectId` does not exist, or this key cannot see it; the two look the
   *   same.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  update(params: ProjectsUpdateParams, options?: RequestOptions): ApiPromise<Project> {
    return this.client.call(
      { name: "projects.update", method: "PATCH", path: "/v1/projects/{projectId}" },
      params,
      options,
    );
  }
}

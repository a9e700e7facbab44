// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { Project } from "../types.js";

/** Arguments of `operator.organizations.projects.list`. */
export interface OrganizationsProjectsListParams {
  /** Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  orgId: string;
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
  /** Of which of its two environments. Default: `live`. */
  env?: "live" | "test" | (string & {}) | undefined;
}

/** Methods of `operator.organizations.projects`. */
export class OrganizationsProjectsResource extends Resource {
  /**
   * List an organization's projects.
   *
   * As it sees them itself, newest first. A child's are its own, not its partner's.
   *
   * `GET /ops/v1/organizations/{orgId}/projects`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item:
   *   where content is made and accounts are leased, for one app or brand.
   * @throws {NotFoundError} `orgId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: OrganizationsProjectsListParams,
    options?: OperatorRequestOptions,
  ): PagePromise<Project> {
    return this.client.list(
      {
        name: "organizations.projects.list",
        method: "GET",
        path: "/ops/v1/organizations/{orgId}/projects",
      },
      params,
      options,
    );
  }
}

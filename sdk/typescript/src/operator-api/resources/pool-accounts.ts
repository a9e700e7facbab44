// Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.

import type { OperatorRequestOptions } from "../../core/options.js";
import type { ApiPromise, PagePromise } from "../../core/promises.js";
import { Resource } from "../../core/resource.js";
import type { UploadContent } from "../../core/uploads.js";
import type { AccountEvent, AccountLease, PoolAccount, PoolImport } from "../types.js";

/** Arguments of `operator.poolAccounts.create`. */
export interface PoolAccountsCreateParams {
  /** Where it is. */
  platform: "tiktok" | (string & {});
  /** In lower case, without @. Example: `coffee.reviews.daily`. */
  handle: string;
  /** How many follow it. */
  followers: number;
  /** What it posts about. At most 64 characters. Example: `food_and_drink`. */
  vertical: string;
  /** BCP 47 language tag, of registered parts. At most 35 characters. Example: `pt-BR`. */
  language: string;
  /** Where its audience is. At most 249 of them. */
  geo: readonly string[];
  /** What a month costs, where the lease says nothing else. Default: 15,000. */
  monthlyPriceCents?: number | undefined;
  /** Its picture. At most 2,048 characters. */
  avatarUrl?: string | null | undefined;
}

/** Arguments of `operator.poolAccounts.history`. */
export interface PoolAccountsHistoryParams {
  /** Id of the pool account. Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  poolAccountId: string;
  /** Events on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.poolAccounts.importFile`. */
export interface PoolAccountsImportFileParams {
  /** What to upload. */
  content: UploadContent;
  /** `text/csv` or `application/x-ndjson`. */
  contentType: string;
  /** Add no account at all if a line has a problem. */
  allOrNothing?: boolean | undefined;
}

/** Arguments of `operator.poolAccounts.leases`. */
export interface PoolAccountsLeasesParams {
  /** Id of the pool account. Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  poolAccountId: string;
  /** Leases on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.poolAccounts.list`. */
export interface PoolAccountsListParams {
  /** Only these; a list for several. */
  status?:
    | "available"
    | "leased"
    | "retired"
    | (string & {})
    | ReadonlyArray<"available" | "leased" | "retired" | (string & {})>
    | undefined;
  /** Only these; a list for several. */
  platform?: "tiktok" | (string & {}) | ReadonlyArray<"tiktok" | (string & {})> | undefined;
  /** Only these; a list for several. Example: `food_and_drink`. */
  vertical?: string | readonly string[] | undefined;
  /** Only these; a list for several. Example: `pt-BR`. */
  language?: string | readonly string[] | undefined;
  /** Only with an audience in one of these countries; a list for several. Example: `GB`. */
  geo?: string | readonly string[] | undefined;
  /** Only with so many or more. */
  minFollowers?: number | undefined;
  /** Only with so many or fewer. */
  maxFollowers?: number | undefined;
  /** Only those that cost so much or less. */
  maxMonthlyPriceCents?: number | undefined;
  /** A part of the handle, whatever its case. At most 64 characters. */
  search?: string | undefined;
  /** Accounts on a page. From 1 to 200. Default: 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before; with the same filters as there. */
  cursor?: string | undefined;
}

/** Arguments of `operator.poolAccounts.retrieve`. */
export interface PoolAccountsRetrieveParams {
  /** Id of the pool account. Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  poolAccountId: string;
}

/** Arguments of `operator.poolAccounts.update`. */
export interface PoolAccountsUpdateParams {
  /** Id of the pool account. Example: `pool_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`. */
  poolAccountId: string;
  /** How many follow it. */
  followers?: number | undefined;
  /** What it posts about. At most 64 characters. Example: `food_and_drink`. */
  vertical?: string | undefined;
  /** BCP 47 language tag, of registered parts. At most 35 characters. Example: `pt-BR`. */
  language?: string | undefined;
  /** Where its audience is. At most 249 of them. */
  geo?: readonly string[] | undefined;
  /** Of later leases; leases that exist keep theirs. */
  monthlyPriceCents?: number | undefined;
  /** Its picture. At most 2,048 characters. */
  avatarUrl?: string | null | undefined;
  /** A retired account is not leased any more. A leased one is 409. */
  status?: "available" | "retired" | (string & {}) | undefined;
}

/** Methods of `operator.poolAccounts`. */
export class PoolAccountsResource extends Resource {
  /**
   * Add a pool account.
   *
   * It is available immediately. A handle that the pool has already is 409.
   *
   * `POST /ops/v1/pool/accounts`, with the role `operator`.
   *
   * @returns An account of the pool.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  create(
    params: PoolAccountsCreateParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<PoolAccount> {
    return this.client.call(
      { name: "pool_accounts.create", method: "POST", path: "/ops/v1/pool/accounts" },
      params,
      options,
    );
  }

  /**
   * List what happened to a pool account.
   *
   * How it was added or imported, and each change with the values before and after, as the audit
   * log has them, newest first.
   *
   * `GET /ops/v1/pool/accounts/{poolAccountId}/history`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: one
   *   thing that happened to a pool account.
   * @throws {NotFoundError} `poolAccountId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  history(
    params: PoolAccountsHistoryParams,
    options?: OperatorRequestOptions,
  ): PagePromise<AccountEvent> {
    return this.client.list(
      {
        name: "pool_accounts.history",
        method: "GET",
        path: "/ops/v1/pool/accounts/{poolAccountId}/history",
      },
      params,
      options,
    );
  }

  /**
   * Import pool accounts.
   *
   * A file of at most 64 MiB and 1,000,000 lines with one account on each line, as
   * `application/x-ndjson` or `text/csv`. A line of NDJSON is the body with which one account is
   * added. The first line of a CSV names the columns, as the fields are named there: `handle` (with
   * or without an @ before it), `followers`, `vertical`, `language` and `geo` (countries with
   * spaces between them), and if you like `monthlyPriceCents`, `avatarUrl` and `platform`. Lines
   * with a problem are listed and the others added; with `allOrNothing` none is, when there is a
   * problem. A handle that the pool or an earlier line has is a problem. While another import is
   * running: 409.
   *
   * `POST /ops/v1/pool/accounts/import`, with the role `operator`.
   *
   * @returns The result of an import.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {PayloadTooLargeError} The file is larger than 67,108,864 bytes.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  importFile(
    params: PoolAccountsImportFileParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<PoolImport> {
    return this.client.upload(
      {
        name: "pool_accounts.import_file",
        method: "POST",
        path: "/ops/v1/pool/accounts/import",
        query: ["allOrNothing"],
      },
      params,
      options,
    );
  }

  /**
   * List the leases of a pool account.
   *
   * All that it ever had, newest first: with whom, from when to when, why each ended, and what it
   * has brought.
   *
   * `GET /ops/v1/pool/accounts/{poolAccountId}/leases`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: a
   *   lease that a pool account has or had.
   * @throws {NotFoundError} `poolAccountId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  leases(
    params: PoolAccountsLeasesParams,
    options?: OperatorRequestOptions,
  ): PagePromise<AccountLease> {
    return this.client.list(
      {
        name: "pool_accounts.leases",
        method: "GET",
        path: "/ops/v1/pool/accounts/{poolAccountId}/leases",
      },
      params,
      options,
    );
  }

  /**
   * List pool accounts.
   *
   * Newest first.
   *
   * `GET /ops/v1/pool/accounts`, with the role `viewer`.
   *
   * @returns A list: `await` it for one page, `for await` over it to read all pages. Each item: an
   *   account of the pool.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  list(
    params: PoolAccountsListParams = {},
    options?: OperatorRequestOptions,
  ): PagePromise<PoolAccount> {
    return this.client.list(
      { name: "pool_accounts.list", method: "GET", path: "/ops/v1/pool/accounts" },
      params,
      options,
    );
  }

  /**
   * Read a pool account.
   *
   * `GET /ops/v1/pool/accounts/{poolAccountId}`, with the role `viewer`.
   *
   * @returns An account of the pool.
   * @throws {NotFoundError} `poolAccountId` names nothing that exists.
   */
  retrieve(
    params: PoolAccountsRetrieveParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<PoolAccount> {
    return this.client.call(
      {
        name: "pool_accounts.retrieve",
        method: "GET",
        path: "/ops/v1/pool/accounts/{poolAccountId}",
      },
      params,
      options,
    );
  }

  /**
   * Change a pool account.
   *
   * What is left out stays. A new price holds for later leases. A retired account is not leased
   * again until it is `available`. The status of an account that is leased cannot be changed: 409.
   *
   * `PATCH /ops/v1/pool/accounts/{poolAccountId}`, with the role `operator`.
   *
   * @returns An account of the pool.
   * @throws {ConflictError} The state of the resource does not allow it.
   * @throws {NotFoundError} `poolAccountId` names nothing that exists.
   * @throws {ValidationError} A part of the request is malformed; `issues` names every problem.
   */
  update(
    params: PoolAccountsUpdateParams,
    options?: OperatorRequestOptions,
  ): ApiPromise<PoolAccount> {
    return this.client.call(
      {
        name: "pool_accounts.update",
        method: "PATCH",
        path: "/ops/v1/pool/accounts/{poolAccountId}",
      },
      params,
      options,
    );
  }
}

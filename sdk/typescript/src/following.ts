import { LONGEST_TIMEOUT_MS } from "./core/configuration.js";
import { isPassing, pauseMs } from "./core/decisions.js";
import type { RequestOptions } from "./core/options.js";
import { Resource } from "./core/resource.js";
import { sleep } from "./core/transport.js";
import { APIConnectionError, APIError, LayersError } from "./errors.js";
import type { Page } from "./pages.js";
import type { EventsListParams } from "./partner/resources/events.js";
import type { WebhookEvent } from "./partner/types.js";

/** What to follow. */
export interface FollowParams extends Omit<EventsListParams, "cursor" | "wait"> {
  /** Where to begin, with the filters that it was got with; without one, or with null, at the oldest event there is. */
  cursor?: string | null | undefined;
  /** Seconds that the server waits for an event, from 1 to 20. Default: 20. */
  wait?: number | undefined;
}

/** Options of each request of a follower. */
export interface FollowOptions extends Omit<RequestOptions, "idempotencyKey" | "timeout"> {
  /** Milliseconds for each request beside its wait: all tries and the pauses between them; instead of the client's. */
  timeout?: number | undefined;
}

/** What a look at the feed has brought. */
export interface Followed {
  /** In their order; empty when all that came was of other types. */
  events: WebhookEvent[];
  /** Keep it when the events are handled: following from there goes on behind them. */
  cursor: string;
}

const LONGEST_WAIT_SECONDS = 20;
// A server may ask for a longer one.
const LONGEST_PAUSE_MS = 60_000;
// Each poll counts as a read: events that come one by one would use up the limit of a small tier. And a server that does
// not wait, as one does that is about to stop, is not asked again at once.
const SHORTEST_POLL_MS = 1_000;
const USUAL_LIMIT = 50;
const FEED = { name: "events.follow", method: "GET", path: "/v1/events" };

/** Brings `follow` into `events`. */
export class FollowingEvents extends Resource {
  /**
   * Follow the feed for ever: `for await (const { events, cursor } of layers.events.follow({ cursor: kept }))`.
   *
   * Handle the events, keep the cursor, and begin there after a restart: nothing is left out, and only what was handled
   * and not kept yet comes again. The next events are asked for when the loop comes back, once a second at most unless
   * there are more already.
   *
   * Once the server has answered, an outage does not end it: it asks again, after pauses of up to 8 seconds, or as
   * `Retry-After` says. A refusal that does not pass is raised, as is a failure of the very first request.
   *
   * @returns An iterator that does not end: the events of each look, and the cursor behind them.
   * @throws {ValidationError} The cursor is too old; `details.oldestCursor` is where the feed begins now.
   * @throws {PermissionDeniedError} The key lacks the scope `webhooks:read`.
   */
  async *follow(
    params: FollowParams = {},
    options: FollowOptions = {},
  ): AsyncGenerator<Followed, never, undefined> {
    const { cursor: begin, wait = LONGEST_WAIT_SECONDS, ...filters } = params;
    if (!(Number.isInteger(wait) && wait >= 1 && wait <= LONGEST_WAIT_SECONDS)) {
      throw new LayersError(
        `\`wait\` must be a whole number of seconds from 1 to ${LONGEST_WAIT_SECONDS}.`,
      );
    }
    // What the server waits for is no part of what it may take.
    const timeout = (options.timeout ?? this.client.timeout) + wait * 1000;
    const asked = { ...options, timeout: Math.min(timeout, LONGEST_TIMEOUT_MS) };
    let cursor = begin ?? undefined;
    let hasAnswered = false;
    let failures = 0;
    for (;;) {
      const begun = performance.now();
      const query = { ...filters, wait, ...(cursor !== undefined && { cursor }) };
      let page: Page<WebhookEvent>;
      try {
        page = await this.client.list<WebhookEvent>(FEED, query, asked);
      } catch (error) {
        if (!hasAnswered || !mayPass(error)) throw error;
        const headers = error instanceof APIError ? error.headers : undefined;
        await sleep(pauseMs(failures++, headers) ?? LONGEST_PAUSE_MS, options.signal);
        continue;
      }
      const { items, nextCursor } = page;
      if (nextCursor === null) throw new LayersError("The feed did not say where it goes on.");
      const isNew = items.length > 0 || nextCursor !== cursor;
      // A page without events whose cursor has moved is where a look of the server has ended.
      const hasMore = items.length > 0 ? items.length >= (filters.limit ?? USUAL_LIMIT) : isNew;
      cursor = nextCursor;
      hasAnswered = true;
      failures = 0;
      if (isNew) yield { events: items, cursor };
      if (!hasMore) await sleep(begun + SHORTEST_POLL_MS - performance.now(), options.signal);
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof APIError) return isPassing(error.status, error.code, error.headers);
  return error instanceof APIConnectionError;
}

import type { BaseClient } from "./client.js";

/** A group of methods of a client. */
export class Resource {
  declare protected readonly client: BaseClient;

  constructor(client: BaseClient) {
    // Not enumerable, or whatever prints a client would go in circles.
    Object.defineProperty(this, "client", { value: client });
  }
}

// What the tests in Python ask the TypeScript library to do: one JSON object on each line of standard input, and its
// answer, by its number, on standard output. The library is imported as its users do: by its name, as it was built.

import { createInterface } from "node:readline";
import { Layers } from "@layers/partner";
import { LayersOperator } from "@layers/partner/operator";

const clients = new Map();
const aborts = new Map();

const actions = {
  open({ client, api, settings }) {
    const made = api === "partner" ? new Layers(settings) : new LayersOperator(settings);
    clients.set(client, made);
  },

  close({ client }) {
    clients.delete(client);
  },

  async call({ id, client, name, params, options }) {
    const abort = new AbortController();
    aborts.set(id, abort);
    try {
      const given = { ...options, signal: abort.signal };
      return plain(await method(clients.get(client), name)(params, given));
    } finally {
      aborts.delete(id);
    }
  },

  async raw({ client, name, params }) {
    const answer = await method(clients.get(client), name)(params).withRawResponse();
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      requestId: answer.requestId,
      rateLimit: answer.rateLimit,
      data: plain(answer.data),
    };
  },

  async walk({ client, name, params, atMost }) {
    const items = [];
    for await (const item of method(clients.get(client), name)(params)) {
      items.push(item);
      if (items.length === atMost) break;
    }
    return items;
  },

  async count({ client, name, marks }) {
    const bytes = [];
    let count = 0;
    for await (const item of method(clients.get(client), name)(null)) {
      if (item.eventId !== String(count)) throw new Error("an item was left out or came again");
      count += 1;
      if (marks.includes(count)) {
        globalThis.gc();
        bytes.push(process.memoryUsage().heapUsed);
      }
    }
    if (count !== marks.at(-1)) throw new Error(`${count} items came`);
    return bytes;
  },

  abort({ call }) {
    aborts.get(call)?.abort();
  },

  methods({ client }) {
    return [...methodsOf(clients.get(client))];
  },
};

/** A method by its name with dots, bound to its resource. One that has no parameters takes nothing but options. */
function method(client, name) {
  const path = name.split(".");
  const verb = path.pop();
  const owner = path.reduce((resource, part) => resource[part], client);
  return (params, options) =>
    params === null && owner[verb].length === 1
      ? owner[verb](options)
      : owner[verb](params ?? {}, options);
}

/** A page as the object of the wire. */
function plain(result) {
  if (result !== null && typeof result === "object" && "nextCursor" in result) {
    return { items: result.items, nextCursor: result.nextCursor };
  }
  return result ?? null;
}

/** The methods of a client and its resources; those that are no route's are where `withOptions` is. */
function methodsOf(owner, prefix = "", found = new Set()) {
  const names = new Set();
  for (
    let kind = owner;
    kind !== Object.prototype && !Object.hasOwn(kind, "withOptions");
    kind = Object.getPrototypeOf(kind)
  ) {
    for (const name of Object.getOwnPropertyNames(kind)) names.add(name);
  }
  names.delete("constructor");
  // How a resource reaches its client.
  names.delete("client");
  for (const name of names) {
    if (typeof owner[name] === "function") found.add(prefix + name);
    else methodsOf(owner[name], `${prefix}${name}.`, found);
  }
  return found;
}

const FIELDS = [
  ..."status code requestId details idempotencyKey requiredScope allow issues".split(" "),
  ..."reason required available retryAfter limit scope outcome job".split(" "),
];

function described(error) {
  const fields = {};
  for (const name of FIELDS) if (error[name] !== undefined) fields[name] = error[name];
  return { kind: error.name, message: String(error.message), fields };
}

function revived(_key, value) {
  if (value !== null && typeof value === "object" && typeof value.$base64 === "string") {
    return Uint8Array.from(Buffer.from(value.$base64, "base64"));
  }
  return value;
}

async function handle(line) {
  const asked = JSON.parse(line, revived);
  let answer;
  try {
    answer = { id: asked.id, result: (await actions[asked.do](asked)) ?? null };
  } catch (error) {
    answer = { id: asked.id, error: described(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void handle(line));
// Connections that are kept alive would keep the process.
lines.on("close", () => process.exit(0));

// A small real server: each request is noted and answered by a function, or by the next of a list of answers.

import { once } from "node:events";
import { createServer } from "node:http";
import { Layers } from "@layers/partner";

export const KEY = `lp_test_01HX9Y6K7EJ4T2AB_${"s".repeat(43)}`;
export const PAGE = { items: [{ id: "sa_1" }], nextCursor: null };

/**
 * Start a server that ends with the test.
 *
 * @param t The context of the test.
 * @param answers Objects `{ status, headers, body }`, one a request; the last one goes on. Or a function that gets the
 *   request and its response, with `text` for its body.
 */
export async function serve(t, answers) {
  const seen = [];
  const answer = typeof answers === "function" ? answers : listed([answers].flat());
  const server = createServer(async (request, response) => {
    const chunks = await all(request);
    const { method, url, headers } = request;
    const body = Buffer.concat(chunks);
    seen.push({ method, url, headers, body, text: body.toString() });
    await answer(request, response, seen);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  const client = (options) => new Layers({ apiKey: KEY, baseUrl, ...options });
  return { baseUrl, seen, client, layers: client() };
}

async function all(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

function listed(answers) {
  let next = 0;
  return (_request, response) => {
    const answer = answers[Math.min(next++, answers.length - 1)];
    if (answer === "reset") return response.socket.resetAndDestroy();
    if (answer === "cut") {
      response.writeHead(200, { "Content-Length": "100" }).write('{"it');
      return setImmediate(() => response.socket.destroy());
    }
    send(response, answer);
  };
}

/** Answer with JSON. */
export function send(response, { status = 200, headers = {}, body = {} }) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "X-Request-Id": "req_1", ...headers }).end(text);
}

/** An error as the API answers it. */
export function failure(status, code, { headers = {}, details, message = "No." } = {}) {
  const error = { code, message, requestId: "req_1", ...(details && { details }) };
  return { status, headers: { "Retry-After": "0", ...headers }, body: { error } };
}

/** Return what a promise is rejected with. */
export async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("It was not rejected.");
}

/** Let the library's pauses of at most `longest` milliseconds take no time; return the list that they are noted in. */
export function pausesOfLibrary(t, longest) {
  const { setTimeout } = globalThis;
  const pauses = [];
  t.mock.method(globalThis, "setTimeout", (call, ms, ...others) => {
    // Longer ones are the time limits of requests, and the engine has timers of its own.
    const isPause = ms <= longest && new Error().stack.includes("/dist/");
    if (isPause) pauses.push(ms);
    return setTimeout(call, isPause ? 0 : ms, ...others);
  });
  return pauses;
}

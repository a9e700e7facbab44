// A small real server that the projects call.

import { once } from "node:events";
import { createServer } from "node:http";

export const KEY = `lp_test_01HX9Y6K7EJ4T2AB_${"s".repeat(43)}`;
export const TOKEN = `lpo_01HX9Y6K7EJ4T2AB_${"s".repeat(43)}`;

/** Start the server; `agents` has the User-Agent headers that it saw. */
export async function startApi() {
  const agents = new Set();
  let keyOfTheWrite;
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://x");
    agents.add(request.headers["user-agent"]);
    let size = 0;
    for await (const chunk of request) size += chunk.length;
    const answer = (status, body, headers = {}) =>
      response.writeHead(status, { "X-Request-Id": "req_1", ...headers }).end(JSON.stringify(body));
    const expected = pathname.startsWith("/ops/") ? TOKEN : KEY;
    if (request.headers.authorization !== `Bearer ${expected}`) return answer(401, {});
    switch (`${request.method} ${pathname}`) {
      case "GET /v1/projects":
        return searchParams.has("cursor")
          ? answer(200, { items: [{ id: 3 }], nextCursor: null })
          : answer(200, { items: [{ id: 1 }, { id: 2 }], nextCursor: "next" });
      case "POST /v1/organizations":
        keyOfTheWrite = request.headers["idempotency-key"];
        return answer(409, { error: { code: "CONFLICT", message: "No.", requestId: "req_1" } });
      case "GET /v1/whoami":
        return answer(200, {}, { "X-Key-Of-The-Write": String(keyOfTheWrite) });
      case "GET /ops/v1/organizations/org_1":
        return answer(200, { id: "org_1" });
      case "GET /v1/content/cnt_1/assets/a":
        return answer(302, {}, { Location: "/files/a" });
      case "PUT /ops/v1/jobs/job_1/assets/one.png":
        return answer(200, { sizeBytes: size });
      case "GET /v1/silent":
        return undefined;
      case "GET /v1/projects/prj_01HX9Y7K8M2P4RSTUV56789AB/leased-accounts":
        return answer(200, {
          items: [{ monthlyPriceCents: 15_000 }, { monthlyPriceCents: 1 }],
          nextCursor: null,
        });
      default:
        return answer(404, {});
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { baseUrl: `http://127.0.0.1:${server.address().port}`, agents, close };
}

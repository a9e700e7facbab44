// What each project does with the library that it imported in its own way: it calls the server of the tests, and returns
// what it found.

const SECRET = "whsec_c2VjcmV0";

export async function exercise(main, operator, webhooks) {
  const layers = new main.Layers();
  const ids = [];
  for await (const { id } of layers.projects.list({ limit: 2 })) ids.push(id);
  const refusal = await layers.organizations.create({ name: "Refused" }).catch((error) => error);
  const raw = await layers.whoami().withRawResponse();
  const lease = await new operator.LayersOperator().organizations.retrieve({ orgId: "org_1" });
  const address = await layers.content.assets.retrieveUrl({ containerId: "cnt_1", assetId: "a" });
  return {
    ids,
    refusal: [
      refusal instanceof main.ConflictError && refusal instanceof main.LayersError,
      refusal.name,
      refusal.idempotencyKey === raw.headers.get("x-key-of-the-write"),
    ],
    requestId: raw.requestId,
    operator: lease.id,
    address: new URL(address).pathname,
    uploaded: await upload(operator),
    event: await verified(webhooks),
    sameErrors: webhooks.WebhookVerificationError === main.WebhookVerificationError,
    timedOut: await timedOut(layers),
  };
}

async function upload(operator) {
  const content = new Blob(["one"]).stream();
  const asked = { jobId: "job_1", name: "one.png", content };
  return (await new operator.LayersOperator().jobs.assets.upload(asked)).sizeBytes;
}

async function timedOut(layers) {
  const error = await layers
    .request("GET", "/v1/silent", {}, { timeout: 1000 })
    .catch((one) => one);
  return error.name;
}

async function verified(webhooks) {
  const encoder = new TextEncoder();
  const body = JSON.stringify({ id: "evt_1", type: "test.ping" });
  const time = Math.floor(Date.now() / 1000);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(SECRET), algorithm, false, [
    "sign",
  ]);
  const signature = await crypto.subtle.sign("HMAC", key, encoder.encode(`${time}.${body}`));
  const hex = [...new Uint8Array(signature)].map((byte) => byte.toString(16).padStart(2, "0"));
  const headers = new Headers({ "X-Layers-Signature": `t=${time},v1=${hex.join("")}` });
  const event = await webhooks.verify(encoder.encode(body), headers, SECRET);
  const other = await webhooks.verify("{}", headers, SECRET).catch((error) => error);
  return [event.type, other instanceof webhooks.WebhookVerificationError];
}

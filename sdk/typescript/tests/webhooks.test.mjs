import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as library from "@layers/partner";
import { ConfigurationError, verify, WebhookVerificationError } from "@layers/partner/webhooks";
import { rejection } from "./server.mjs";

const file = new URL("../../../docs/webhook-vectors.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, "utf8"));

for (const vector of vectors) {
  const { name, headers, secrets, tolerance, now, valid } = vector;
  const body = new TextEncoder().encode(vector.body);
  test(`${valid ? "accepted" : "refused"}: ${name}`, async () => {
    const checked = verify(body, headers, secrets, { tolerance, now });
    if (valid) assert.deepEqual(await checked, JSON.parse(vector.body));
    else assert.equal((await rejection(checked)) instanceof WebhookVerificationError, true);
  });
}

test("the body may be bytes in any form, or text, and headers as servers have them", async () => {
  const { body, headers, secrets, now } = vectors[0];
  const bytes = new TextEncoder().encode(body);
  const [signature] = Object.values(headers);
  const padded = new Uint8Array(bytes.length + 8);
  padded.set(bytes, 4);
  const part = padded.subarray(4, 4 + bytes.length);
  for (const form of [
    body,
    bytes,
    bytes.buffer,
    part,
    new DataView(bytes.buffer),
    Buffer.from(bytes),
  ]) {
    assert.equal((await verify(form, headers, secrets[0], { now })).type, "job.completed");
  }
  for (const form of [
    new Headers(headers),
    new Map([["X-LAYERS-SIGNATURE", signature]]),
    { "x-layers-signature": [signature], other: undefined },
  ]) {
    assert.equal((await verify(body, form, secrets[0], { now })).type, "job.completed");
  }
});

test("several headers of the name are refused", async () => {
  const { body, headers, secrets, now } = vectors[0];
  const [signature] = Object.values(headers);
  for (const form of [
    [
      ["x-layers-signature", signature],
      ["X-Layers-Signature", signature],
    ],
    { "x-layers-signature": [signature, signature] },
    {},
  ]) {
    const error = await rejection(verify(body, form, secrets, { now }));
    assert.equal(error instanceof WebhookVerificationError, true);
  }
});

test("without a secret nothing is verified", async () => {
  const { body, headers, now } = vectors[0];
  for (const secret of ["", [], [""], undefined]) {
    const error = await rejection(verify(body, headers, secret, { now }));
    assert.equal(error instanceof ConfigurationError, true);
  }
});

test("a body that was parsed already is a mistake of the program", async () => {
  const { body, headers, secrets, now } = vectors[0];
  const error = await rejection(verify(JSON.parse(body), headers, secrets, { now }));
  assert.equal(error instanceof TypeError, true);
});

test("the clock of the machine is what times are compared with", async () => {
  const { body, headers, secrets } = vectors[0];
  const error = await rejection(verify(body, headers, secrets));
  assert.match(error.message, /too far off/);
});

test("the main entry has the same", () => {
  assert.equal(library.webhooks.verify, verify);
  assert.equal(library.WebhookVerificationError, WebhookVerificationError);
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, test } from "node:test";
import { ConfigurationError, Layers, VERSION } from "@layers/partner";
import { LayersOperator } from "@layers/partner/operator";
import { KEY, serve } from "./server.mjs";

const VARIABLES = ["API_KEY", "BASE_URL", "ORGANIZATION", "OPERATOR_TOKEN", "LOG"];
afterEach(() => {
  for (const name of VARIABLES) delete process.env[`LAYERS_${name}`];
});

test("what is not given is taken from the environment", async (t) => {
  const { baseUrl, seen } = await serve(t, { body: {} });
  process.env.LAYERS_API_KEY = KEY;
  process.env.LAYERS_BASE_URL = `${baseUrl}/`;
  process.env.LAYERS_ORGANIZATION = "org_1";
  await new Layers().whoami();
  await new Layers({ organization: null }).whoami();
  process.env.LAYERS_OPERATOR_TOKEN = "lpo_01HX_secret";
  await new LayersOperator().organizations.retrieve({ orgId: "org_2" });
  assert.deepEqual(
    seen.map(({ url, headers }) => [url, headers.authorization, headers["x-layers-organization"]]),
    [
      ["/v1/whoami", `Bearer ${KEY}`, "org_1"],
      ["/v1/whoami", `Bearer ${KEY}`, undefined],
      ["/ops/v1/organizations/org_2", "Bearer lpo_01HX_secret", undefined],
    ],
  );
});

test("the address of the service is the default, also when the variable is empty", () => {
  process.env.LAYERS_BASE_URL = "";
  assert.equal(new Layers({ apiKey: KEY }).baseUrl, "https://api.layers.com");
});

for (const [name, options, problem] of [
  ["no key", {}, /There is no key\. Give `apiKey` or LAYERS_API_KEY: lp_live_…/],
  ["an empty key", { apiKey: "" }, /cannot be used/],
  ["a key with white space", { apiKey: `${KEY}\n` }, /without white space/],
  ["a key in quotes", { apiKey: `"${KEY}"` }, /without white space or quotes/],
  ["the token of an operator", { apiKey: "lpo_01HX_secret" }, /cannot be used/],
  ["a key that is no text", { apiKey: 1 }, /cannot be used/],
  [
    "a timeout that no timer waits for",
    { apiKey: KEY, timeout: 2 ** 31 },
    /number of milliseconds/,
  ],
  ["a timeout of 0", { apiKey: KEY, timeout: 0 }, /`timeout`/],
  ["a timeout that is no number", { apiKey: KEY, timeout: "60" }, /`timeout`/],
  ["a timeout without end", { apiKey: KEY, timeout: Number.POSITIVE_INFINITY }, /`timeout`/],
  ["negative retries", { apiKey: KEY, maxRetries: -1 }, /`maxRetries`/],
  ["half a retry", { apiKey: KEY, maxRetries: 0.5 }, /`maxRetries`/],
  ["an address that is none", { apiKey: KEY, baseUrl: "api.layers.com" }, /`baseUrl`/],
  ["another scheme", { apiKey: KEY, baseUrl: "ftp://a.example" }, /`baseUrl`/],
  ["an address with a query", { apiKey: KEY, baseUrl: "https://a.example/?a" }, /`baseUrl`/],
  [
    "an address with a password",
    { apiKey: KEY, baseUrl: "https://a:sesame@b.example" },
    /`baseUrl`/,
  ],
  ["an address with /v1", { apiKey: KEY, baseUrl: "https://a.example/v1/" }, /without \/v1/],
]) {
  test(`${name} is a clear error at construction, without the secret`, () => {
    assert.throws(
      () => new Layers(options),
      (error) => {
        assert.equal(error instanceof ConfigurationError, true);
        assert.match(error.message, problem);
        assert.doesNotMatch(error.message, /s{20}|secret|sesame/);
        return true;
      },
    );
  });
}

for (const Client of [Layers, LayersOperator]) {
  test(`${Client.name} refuses an option that it does not know, whatever the environment has`, () => {
    process.env.LAYERS_API_KEY = KEY;
    process.env.LAYERS_OPERATOR_TOKEN = "lpo_01HX_secret";
    new Client().withOptions({ timeout: 5_000 });
    assert.throws(() => new Client({ organisation: "org_1" }), /There is no option `organisation`/);
    assert.throws(() => new Client().withOptions({ maxretries: 0 }), /no option `maxretries`/);
  });
}

test("a key of the other API is refused by the operator's client too", () => {
  assert.throws(() => new LayersOperator({ token: KEY }), ConfigurationError);
});

test("the version is that of the package", () => {
  const file = new URL("../package.json", import.meta.url);
  assert.equal(JSON.parse(readFileSync(file, "utf8")).version, VERSION);
});

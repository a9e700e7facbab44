const { inspect } = require("node:util");
const main = require("@layers/partner");
const operator = require("@layers/partner/operator");
const webhooks = require("@layers/partner/webhooks");

async function run() {
  const { exercise } = await import("../exercise.mjs");
  const found = await exercise(main, operator, webhooks);
  console.log(JSON.stringify({ ...found, shown: inspect(new main.Layers(), { depth: 9 }) }));
}

void run();

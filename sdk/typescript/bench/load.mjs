// Reads one address over and over, so many requests at a time, with the library or with fetch alone:
//   LAYERS_API_KEY=… node load.mjs layers|fetch BASE_URL SECONDS AT_ONCE
// and prints how many a second. `bench/sdk.py` at the root runs it.

import { Layers } from "@layers/partner";

const [what, baseUrl, seconds, atOnce] = process.argv.slice(2);
const apiKey = process.env.LAYERS_API_KEY;

function reader() {
  if (what === "layers") {
    const layers = new Layers({ apiKey, baseUrl });
    return () => layers.credits.retrieve();
  }
  const headers = { Authorization: `Bearer ${apiKey}` };
  return async () => {
    const answer = await fetch(`${baseUrl}/v1/credits`, { headers });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json();
  };
}

const read = reader();
let count = 0;

async function ask(until) {
  while (performance.now() < until) {
    await read();
    count += 1;
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, () => read()));
const began = performance.now();
const until = began + Number(seconds) * 1000;
await Promise.all(Array.from({ length: Number(atOnce) }, () => ask(until)));
const requestsPerSecond = (count * 1000) / (performance.now() - began);
console.log(JSON.stringify({ requestsPerSecond }));
process.exit(0);

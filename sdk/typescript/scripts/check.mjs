// Runs the parts of the check that are named, else all, in this order, with one line each; what one says is shown when
// it fails. `unit` needs `build`; `publint`, `attw` and `test-projects` need `pack`, which needs `build`.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const installed = (name) => `${root}node_modules/.bin/${name}`;
const node = (...given) => run(process.execPath, ...given);
const LONGEST_PART_MS = 280_000;

const PARTS = {
  lint: () => [lockFile, () => run(installed("biome"), "check", "--error-on-warnings", ".")],
  types: () => [() => run(installed("tsc"))],
  build: () => [() => run(installed("tsdown"), "--logLevel", "warn")],
  unit: () => [() => node("--test", "--test-concurrency=4", ...unitTests())],
  pack: () => [() => node("scripts/pack.mjs")],
  publint: () => [() => run(installed("publint"), "--strict", tarball())],
  // Not as TypeScript found modules before it knew of `exports`.
  attw: () => [() => run(installed("attw"), "--profile", "node16", tarball())],
  "test-projects": () => [() => node("scripts/test-projects.mjs")],
};

/** Run a program; returns what it said, and whether it succeeded. */
function run(program, ...given) {
  const { status, stdout, stderr, error } = spawnSync(program, given, {
    cwd: root,
    encoding: "utf8",
    timeout: LONGEST_PART_MS,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  return { isOk: status === 0, said: `${stdout}${stderr}${error ?? ""}` };
}

function lockFile() {
  const lines = readFileSync(`${root}package-lock.json`, "utf8").split("\n");
  const named = lines.filter((line) => /https?:|"resolved"/.test(line));
  const said = `package-lock.json names addresses; run \`npm run lock\`:\n${named.join("\n")}`;
  return { isOk: named.length === 0, said };
}

function unitTests() {
  const files = readdirSync(`${root}tests`).filter((name) => name.endsWith(".test.mjs"));
  return files.map((name) => `tests/${name}`);
}

function tarball() {
  return `build/${readdirSync(`${root}build`).find((name) => name.endsWith(".tgz"))}`;
}

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(PARTS)) {
  const begun = performance.now();
  const results = PARTS[name]().map((step) => step());
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const isOk = results.every((result) => result.isOk);
  console.log(`${isOk ? "ok" : "not ok"} ${name} (${seconds} s)`);
  if (!isOk) {
    process.exitCode = 1;
    for (const { said } of results.filter((result) => !result.isOk)) console.log(said);
  }
}

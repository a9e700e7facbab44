// Runs the projects in build/projects/, where scripts/pack.mjs has put them with the packed package: those that are
// named, else all.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { KEY, startApi, TOKEN } from "./api.mjs";

const LONGEST_RUN_MS = 120_000;
const LARGEST_BUNDLE_BYTES = 12_000;
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = (name) => `${root}build/projects/${name}`;
const installed = (name) => `${root}node_modules/.bin/${name}`;
const run = promisify(execFile);

const FOUND = {
  ids: [1, 2, 3],
  refusal: [true, "ConflictError", true],
  requestId: "req_1",
  operator: "org_1",
  address: "/files/a",
  uploaded: 3,
  event: ["test.ping", true],
  sameErrors: true,
  timedOut: "APITimeoutError",
};

/** What a program of a project writes: one line of JSON, or all that it said instead. */
async function output(api, cwd, program, ...given) {
  const env = {
    ...process.env,
    LAYERS_BASE_URL: api.baseUrl,
    LAYERS_API_KEY: KEY,
    LAYERS_OPERATOR_TOKEN: TOKEN,
    DENO_NO_UPDATE_CHECK: "1",
    DENO_NO_PROMPT: "1",
  };
  const { stdout } = await run(program, given, { cwd, env, timeout: LONGEST_RUN_MS });
  return JSON.parse(stdout);
}

function check(api, { shown, ...found }, agent) {
  assert.deepEqual(found, FOUND);
  assert.doesNotMatch(shown, /s{20}/);
  assert.equal(api.agents.size, 1);
  assert.match([...api.agents][0], agent);
}

async function runtime(name, agent, program, ...given) {
  const api = await startApi();
  try {
    check(api, await output(api, folder(name), program, ...given), agent);
  } finally {
    api.close();
  }
}

/** Check a program and the package's own types as tsc does, but not those of Node and of the language; and emit it. */
async function compile(cwd) {
  const { default: ts } = await import("typescript");
  const said = (diagnostics) =>
    ts.formatDiagnostics(diagnostics, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => root,
      getNewLine: () => "\n",
    });
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (one) => assert.fail(said([one])),
  };
  const { fileNames, options, errors } = ts.getParsedCommandLineOfConfigFile(
    `${cwd}/tsconfig.json`,
    {},
    host,
  );
  const program = ts.createProgram(fileNames, options);
  const others = (file) =>
    program.isSourceFileDefaultLibrary(file) || file.fileName.includes("/node_modules/@types/");
  const files = program.getSourceFiles().filter((file) => !others(file));
  assert.ok(files.some(({ fileName }) => /@layers\/partner\/.*\.d\.c?ts$/.test(fileName)));
  const found = [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...files.flatMap((file) => program.getSyntacticDiagnostics(file)),
    ...files.flatMap((file) => program.getSemanticDiagnostics(file)),
  ];
  assert.equal(found.length, 0, said(found));
  // Without a file, it would check all of them first.
  if (!options.noEmit) for (const name of fileNames) program.emit(program.getSourceFile(name));
}

async function compiled(kind) {
  const cwd = folder(`typescript/${kind}`);
  await compile(cwd);
  if (kind === "bundler") return;
  const api = await startApi();
  try {
    const told = await output(api, cwd, process.execPath, "out/main.js");
    assert.deepEqual(told, { burn: 15_001, isConflict: true, methods: "function" });
  } finally {
    api.close();
  }
}

async function bundled(entry) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder("bundler"),
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    metafile: true,
    outdir: "out",
    logLevel: "error",
  });
  const [{ contents }] = outputFiles;
  const [made] = Object.values(metafile.outputs);
  const files = Object.entries(made.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    text: Buffer.from(contents).toString(),
    bytes: gzipSync(contents, { level: 9 }).length,
    files: files.map(([name]) => name),
  };
}

async function bundles() {
  const one = await bundled("one-resource.js");
  assert.equal(one.bytes < LARGEST_BUNDLE_BYTES, true, `one resource takes ${one.bytes} bytes`);
  assert.doesNotMatch(one.text, /\/ops\/v1|node:|require\(/);
  const webhooks = await bundled("webhooks.js");
  assert.doesNotMatch(webhooks.text, /\/v1\/|X-Layers-Organization/);
  const nothing = await bundled("nothing.js");
  assert.deepEqual([nothing.text.trim(), nothing.files], ["", []]);
  return `${one.bytes} bytes for one resource, ${webhooks.bytes} for webhooks, min+gz`;
}

async function worker() {
  const cwd = folder("workerd");
  await build({
    absWorkingDir: cwd,
    entryPoints: ["main.js"],
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker"],
    outfile: "worker.js",
    logLevel: "error",
  });
  const api = await startApi();
  const given = ["serve", "--control-fd=3", "config.capnp"];
  const child = spawn(installed("workerd"), given, {
    cwd,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
    timeout: LONGEST_RUN_MS,
  });
  try {
    const ended = once(child, "exit").then(([code]) => assert.fail(`workerd ended with ${code}`));
    const [line] = await Promise.race([
      once(createInterface({ input: child.stdio[3] }), "line"),
      ended,
    ]);
    const { port } = JSON.parse(line);
    const body = JSON.stringify({ baseUrl: api.baseUrl, apiKey: KEY, token: TOKEN });
    const answered = fetch(`http://127.0.0.1:${port}/`, { method: "POST", body });
    const found = await (await Promise.race([answered, ended])).json();
    assert.equal(found.failure, undefined);
    check(api, found, /^layers-partner-typescript\/[\d.]+ workerd$/);
  } finally {
    child.removeAllListeners("exit");
    child.kill("SIGKILL");
    api.close();
  }
}

const PROJECTS = {
  "node-esm": () => runtime("node-esm", / node\/\d/, process.execPath, "main.js"),
  "node-cjs": () => runtime("node-cjs", / node\/\d/, process.execPath, "main.js"),
  "typescript-bundler": () => compiled("bundler"),
  "typescript-node16-esm": () => compiled("node16-esm"),
  "typescript-node16-cjs": () => compiled("node16-cjs"),
  deno: () =>
    runtime(
      "deno",
      / deno\/\d/,
      installed("deno"),
      "run",
      "--cached-only",
      "--no-lock",
      "--node-modules-dir=manual",
      "--allow-net=127.0.0.1",
      "--allow-env",
      "--allow-read",
      "main.js",
    ),
  bun: () => runtime("bun", / bun\/\d/, installed("bun"), "--no-install", "run", "main.js"),
  workerd: worker,
  bundler: bundles,
};

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(PROJECTS);
// While a program is compiled, this process answers nobody.
const isCompiled = (name) => name.startsWith("typescript-");
for (const name of names.filter(isCompiled)) await tryOut(name);
await Promise.all(names.filter((name) => !isCompiled(name)).map(tryOut));
process.exit();

async function tryOut(name) {
  try {
    const told = await PROJECTS[name]();
    console.log(`ok ${name}${told ? `: ${told}` : ""}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`not ok ${name}\n${error.stack}\n${error.stderr ?? ""}`);
  }
}

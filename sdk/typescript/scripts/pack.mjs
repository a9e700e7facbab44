// Packs the package as it would be published, and installs it beside the projects that try it out, in build/projects/.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const projects = `${root}build/projects`;
const npm = (cwd, ...given) =>
  execFileSync("npm", ["--silent", ...given], { cwd, stdio: ["ignore", "ignore", 2] });

rmSync(`${root}build`, { recursive: true, force: true });
mkdirSync(projects, { recursive: true });
cpSync(`${root}test-projects`, projects, { recursive: true });
for (const kind of ["bundler", "node16-esm", "node16-cjs"]) {
  cpSync(`${projects}/typescript/main.ts`, `${projects}/typescript/${kind}/main.ts`);
}
npm(root, "pack", "--ignore-scripts", "--pack-destination", "build");
const [tarball] = readdirSync(`${root}build`).filter((name) => name.endsWith(".tgz"));
const dependencies = { "@layers/partner": `file:../${tarball}` };
writeFileSync(`${projects}/package.json`, JSON.stringify({ private: true, dependencies }));
// It has no dependencies, so nothing is fetched.
npm(projects, "install", "--offline", "--no-audit", "--no-fund", "--no-package-lock");

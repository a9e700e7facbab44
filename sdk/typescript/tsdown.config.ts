import { defineConfig } from "tsdown";

export default defineConfig({
  entry: ["src/index.ts", "src/operator.ts", "src/webhooks.ts"],
  format: ["esm", "cjs"],
  platform: "neutral",
  target: "es2022",
  fixedExtension: false,
  dts: true,
  sourcemap: false,
  clean: true,
  report: false,
});

/** The dashboard is built into the Python package, and served from there under `/ui/`. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const server = process.env.LONGPOLE_URL ?? "http://127.0.0.1:4318";

/** Writes what can be compressed a second and a third time, compressed: the server sends it as it is. */
function compressed(): Plugin {
  let folder = "";
  return {
    name: "longpole-compressed",
    apply: "build",
    configResolved: (config) => {
      folder = config.build.outDir;
    },
    closeBundle: () => {
      for (const each of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!each.isFile() || !/\.(js|css|html|svg)$/.test(each.name)) continue;
        const path = join(each.parentPath, each.name);
        const whole = readFileSync(path);
        writeFileSync(`${path}.br`, brotliCompressSync(whole));
        writeFileSync(`${path}.gz`, gzipSync(whole, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "/ui/",
  plugins: [react(), compressed()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: process.env.LONGPOLE_UI_OUT ?? "../src/longpole/static",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the policy of the page lets nothing come from `data:` but pictures
    chunkSizeWarningLimit: 700,
  },
  // `npm run dev` shows the sources beside a running server: LONGPOLE_URL.
  server: {
    proxy: Object.fromEntries(
      [
        "/apps",
        "/runs",
        "/live",
        "/overview",
        "/recommendations",
        "/degradations",
        "/alerts",
        "/system",
        "/settings",
        "/health",
      ].map((path) => [path, server]),
    ),
  },
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    // `npm run coverage`: of what is pure; what is drawn is tested in a browser.
    coverage: {
      include: ["src/logic/**", "src/charts/*.ts"],
      exclude: ["src/charts/{echarts,palette}.ts"],
      reporter: ["text"],
      thresholds: { lines: 95 },
    },
  },
});

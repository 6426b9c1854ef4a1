import { readFileSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { licencesText, packagesOf } from "./scripts/licences.ts";
import { digestOfSources } from "./scripts/sources.ts";

const root = import.meta.dirname;
const build = digestOfSources(root);
const server = process.env["EDGEPROOF_URL"] ?? "http://127.0.0.1:8800";

/** Writes the licences of what is in the bundle; fails where one is not allowed there. */
function licences(): Plugin {
  return {
    name: "licences",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "licences.txt", source: licencesText(packagesOf(this.getModuleIds())) });
    },
  };
}

/** Writes build.json, and the service worker with the build in it and the files it keeps. */
function builtFrom(): Plugin {
  return {
    name: "built-from",
    apply: "build",
    generateBundle(_, bundle) {
      const files = Object.keys(bundle).filter((name) => name.startsWith("assets/"));
      const worker = readFileSync(join(root, "src/worker.js"), "utf8")
        .replace("__BUILD__", build)
        .replace("__FILES__", JSON.stringify(files.sort().map((name) => `/${name}`)));
      this.emitFile({ type: "asset", fileName: "sw.js", source: worker });
      this.emitFile({ type: "asset", fileName: "build.json", source: `${JSON.stringify({ build })}\n` });
    },
  };
}

export default defineConfig({
  root,
  plugins: [react(), builtFrom(), licences()],
  define: { __BUILD__: JSON.stringify(build) },
  build: {
    outDir: join(root, "../src/edgeproof/web/static"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/api": { target: server, ws: true, changeOrigin: true } } },
});

/// <reference types="vitest/config" />
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** The web views of our targets read woff2; the older format would only double the package. */
function woff2Only(): Plugin {
  return {
    name: "woff2-only",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("@fontsource") || !id.endsWith(".css")) return null;
      return { code: code.replace(/,\s*url\([^)]+\.woff\)\s*format\('woff'\)/g, ""), map: null };
    },
  };
}

export default defineConfig({
  plugins: [woff2Only(), svelte()],
  resolve: { alias: { $lib: fileURLToPath(new URL("./src", import.meta.url)) } },
  base: "./",
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: { port: 5173, strictPort: true, fs: { allow: [".."] } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});

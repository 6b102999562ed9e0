// One page, one script, one style sheet, nothing from other hosts.
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: "static",
  define: { __APP_CHECK_SITE_KEY__: JSON.stringify(process.env.APP_CHECK_SITE_KEY ?? "") },
  build: {
    outDir: "dist",
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the Content-Security-Policy has no place for data: scripts
    reportCompressedSize: false, // tools/size.mjs tells the brotli size and holds the budget
    sourcemap: false,
  },
});

// Bundles the server and the command line into mcp-server/dist, which is committed: a plugin installed from git
// gets no build and no node_modules.
import { cpSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { trimSdk } from "./trim-sdk.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);

/** The server's entry loads the rest of it with the first request, from the other bundle. */
const serviceApart = {
  name: "service-apart",
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\/service\.ts$/ }, () => ({ path: "./service.mjs", external: true }));
  },
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  minify: true,
  legalComments: "none",
  // Its entry for Node loads its parts in a way that the bundler cannot follow.
  alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
  logLevel: "warning",
};

/** Writes the bundle to `outdir`; equal sources give equal bytes. */
export async function buildTo(outdir) {
  rmSync(outdir, { recursive: true, force: true });
  // CommonJS, because Node starts it faster than a module, and every session starts it.
  await build({
    ...shared,
    entryPoints: { server: "mcp-server/src/main.ts" },
    outdir,
    format: "cjs",
    plugins: [...trimSdk, serviceApart],
  });
  await build({
    ...shared,
    entryPoints: { service: "mcp-server/src/service.ts", parallel: "mcp-server/src/cli/main.ts" },
    outdir,
    format: "esm",
    outExtension: { ".js": ".mjs" },
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    // CommonJS dependencies inside the bundle call `require` for Node's own modules.
    banner: {
      js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);',
    },
  });
  writeFileSync(join(outdir, "package.json"), '{ "type": "commonjs" }\n');
  cpSync(join(root, "mcp-server/src/cli/session-hook.cjs"), join(outdir, "session-hook.cjs"));
  const prebuilds = join(dirname(require.resolve("@photostructure/sqlite/package.json")), "prebuilds");
  for (const platform of readdirSync(prebuilds)) {
    cpSync(join(prebuilds, platform), join(outdir, "prebuilds", platform), { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildTo(join(root, "mcp-server", "dist"));

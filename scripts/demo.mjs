// Shows the plugin at work on the example project: `npm run demo`, or with the user's own Claude Code
// `npm run demo -- --live`.
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`The demo needs Node 20 or later; this is ${process.version}.`);
  process.exitCode = 1;
} else {
  const { demo } = await bundled("examples/demo/main.ts");
  process.exitCode = await demo(root, process.argv.slice(2));
}

/** Imports a TypeScript file. Its bundle lies in node_modules, where its imports are found, until it is loaded. */
async function bundled(file) {
  const { build, stop } = await import("esbuild");
  const outfile = join(root, "node_modules", ".cache", `demo-${process.pid}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [file],
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  // Its helper process would otherwise stay until the demo ends.
  await stop();
  try {
    return await import(pathToFileURL(outfile));
  } finally {
    rmSync(outfile);
  }
}

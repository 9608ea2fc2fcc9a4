import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

const cache = join(import.meta.dirname, "..", "..", "node_modules", ".cache", "parallel-tests");
const bundles = new Map<string, Promise<string>>();

/**
 * A script of the tests as a file that a process of its own can run: Node runs no TypeScript. It is made once per
 * process, inside node_modules, where it finds its packages, and goes with this process.
 * @param script its path.
 */
export function bundledScript(script: string): Promise<string> {
  const known = bundles.get(script);
  if (known !== undefined) return known;
  const made = bundle(script);
  bundles.set(script, made);
  return made;
}

async function bundle(script: string): Promise<string> {
  mkdirSync(cache, { recursive: true });
  const outfile = join(cache, `${basename(script, ".ts")}-${process.pid}.mjs`);
  process.once("exit", () => rmSync(outfile, { force: true }));
  await build({
    entryPoints: [script],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
  });
  return outfile;
}

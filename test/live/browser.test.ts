import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";

it("what the page shares with the server needs nothing of Node, and is small", async () => {
  const folder = join(import.meta.dirname, "../../mcp-server/src/live");
  const entryPoints = readdirSync(folder).map((file) => join(folder, file));
  const { outputFiles } = await build({
    ...{ entryPoints, outdir: "out", bundle: true, write: false, minify: true, logLevel: "silent" },
    ...{ platform: "browser", format: "esm", target: "es2022", splitting: true },
  });
  const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
  expect(bytes).toBeLessThan(40_000);
});

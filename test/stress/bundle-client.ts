import { join } from "node:path";
import { build } from "esbuild";

/**
 * Node runs no TypeScript, so the client's script is bundled.
 * @param root the repository.
 * @param folder where the script is put.
 * @param source its path below `test/stress`.
 * @returns its path.
 */
export async function bundleClient(root: string, folder: string, source: string): Promise<string> {
  const outfile = join(folder, "client.mjs");
  await build({
    entryPoints: [join(root, "test", "stress", source)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
  });
  return outfile;
}

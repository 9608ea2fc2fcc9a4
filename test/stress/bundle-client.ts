import { join } from "node:path";
import { build } from "esbuild";

/**
 * Node runs no TypeScript, so the client's script is bundled.
 * @param root the repository.
 * @param folder where the script is put.
 * @returns its path.
 */
export async function bundleClient(root: string, folder: string): Promise<string> {
  const outfile = join(folder, "client.mjs");
  await build({
    entryPoints: [join(root, "test", "stress", "client.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
  });
  return outfile;
}

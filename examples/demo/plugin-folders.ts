import { join } from "node:path";

/** The three plugins of this repository, as `--plugin-dir` takes them. */
export function pluginFolders(root: string): string[] {
  return [root, join(root, "commands", "spec"), join(root, "commands", "debug")];
}

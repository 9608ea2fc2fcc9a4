import { cpSync } from "node:fs";
import { join } from "node:path";

/**
 * What is built while a run lasts must not reach it.
 * @param root the repository.
 * @param folder in which the copy is called `plugin`.
 */
export function copyPlugin(root: string, folder: string, parts: readonly string[]): void {
  for (const part of parts) cpSync(join(root, part), join(folder, "plugin", part), { recursive: true });
}

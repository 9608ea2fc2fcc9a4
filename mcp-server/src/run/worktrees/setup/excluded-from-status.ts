import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { undefinedIfMissing } from "../../project/inside-checkout.ts";

/**
 * Has git leave out of the status of all worktrees what matches these patterns, in the file that no commit holds.
 * @param patterns as a `.gitignore` at the top level would have them.
 */
export async function excludeFromStatus(
  gitCommonDir: string | undefined,
  patterns: readonly string[],
): Promise<void> {
  const folder = join(gitCommonDir ?? "", "info");
  const file = join(folder, "exclude");
  const text = (await readFile(file, "utf8").catch(undefinedIfMissing)) ?? "";
  const there = new Set(text.split("\n"));
  const missing = patterns.filter((pattern) => !there.has(pattern));
  if (missing.length === 0) return;
  await mkdir(folder, { recursive: true });
  const begin = text === "" || text.endsWith("\n") ? "" : "\n";
  await appendFile(file, `${begin}${missing.join("\n")}\n`);
}

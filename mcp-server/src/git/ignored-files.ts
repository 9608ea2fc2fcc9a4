import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { knownIgnoredFiles } from "./checkout-state.ts";

/** So many answers are kept; then it begins anew. */
const MAX_ANSWERS = 10_000;
/** A hook asks, which may have waited for the graph for most of the time that it has. */
const LIMIT_MS = 400;

/**
 * Which files of a checkout git ignores. Its answers are kept: each holds as long as no `.gitignore` above the file
 * changes. That a file is added by force, or that other settings of git change, is not noticed.
 */
export class IgnoredFiles {
  readonly #answers = new Map<string, boolean>();

  /** @param root top level of the checkout; undefined: it is none of git's, which then ignores nothing. */
  constructor(private readonly root: string | undefined) {}

  /** Those of the paths, all inside the checkout, that git ignores; none of those of which git cannot say it. */
  async among(paths: readonly string[]): Promise<ReadonlySet<string>> {
    const { root } = this;
    if (root === undefined) return new Set();
    if (this.#answers.size > MAX_ANSWERS) this.#answers.clear();
    const keys = new Map(paths.map((path) => [path, `${rulesAbove(root, path)}${path}`]));
    const unknown = [...keys].filter(([, key]) => !this.#answers.has(key));
    const names = unknown.map(([path]) => path);
    const ignored = await knownIgnoredFiles(root, names, LIMIT_MS);
    if (ignored) for (const [path, key] of unknown) this.#answers.set(key, ignored.has(path));
    return new Set(paths.filter((path) => this.#answers.get(keys.get(path) ?? "")));
  }
}

/** By which a changed `.gitignore` is noticed. */
function rulesAbove(root: string, path: string): string {
  const folder = dirname(path);
  const above = folder === "." ? "" : rulesAbove(root, folder);
  try {
    const { ctimeMs, size } = statSync(join(root, folder, ".gitignore"));
    return `${above}${ctimeMs} ${size}/`;
  } catch {
    return `${above}/`;
  }
}

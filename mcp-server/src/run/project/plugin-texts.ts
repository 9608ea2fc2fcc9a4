import { realpath } from "node:fs/promises";
import { extname, isAbsolute, join } from "node:path";
import { isInside } from "./inside-checkout.ts";

/** The texts that this plugin tells a model to read where it needs them: those of its skills, and reports that it wrote. */
export class PluginTexts {
  readonly #folders: readonly string[];

  /**
   * @param pluginRoot the folder that holds `skills/`.
   * @param reports the folder of the reports.
   */
  constructor(pluginRoot: string, reports: string) {
    this.#folders = [join(pluginRoot, "skills"), reports];
  }

  /** Whether the absolute path leads to one of the texts, links followed. */
  async include(path: string): Promise<boolean> {
    if (!isAbsolute(path) || extname(path) !== ".md") return false;
    for (const folder of this.#folders) {
      try {
        if (isInside(await realpath(folder), await realpath(path))) return true;
      } catch {
        // Neither a file nor a folder that is missing is ours.
      }
    }
    return false;
  }
}

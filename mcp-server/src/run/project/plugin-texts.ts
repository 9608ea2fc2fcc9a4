import { realpath } from "node:fs/promises";
import { extname, isAbsolute, join } from "node:path";
import { isInside } from "./inside-checkout.ts";

/** The texts of this plugin's skills, which a skill tells the model to read where it needs them. */
export class PluginTexts {
  readonly #skills: string;

  /** @param pluginRoot the folder that holds `skills/`. */
  constructor(pluginRoot: string) {
    this.#skills = join(pluginRoot, "skills");
  }

  /** Whether the absolute path leads to one of the texts, links followed. */
  async include(path: string): Promise<boolean> {
    if (!isAbsolute(path) || extname(path) !== ".md") return false;
    try {
      return isInside(await realpath(this.#skills), await realpath(path));
    } catch {
      // Neither a file that is missing nor a plugin without skills is ours.
      return false;
    }
  }
}

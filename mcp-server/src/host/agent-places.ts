import { dirname, join, relative, resolve } from "node:path";
import * as z from "zod";
import type { AgentOrigin } from "./agent.ts";
import { readInstalledPlugins } from "./installed-plugins.ts";
import { dataOf } from "./json-file.ts";
import { readHostSettings } from "./settings.ts";
import { stampOf } from "./stamp.ts";

/** A folder with agents in it, or the file of one. */
export interface AgentPlace extends AgentOrigin {
  readonly path: string;
}

/** Where Claude Code was started, and what it was started with. */
export interface HostPlace {
  readonly directory: string;
  /** Top level of the checkout, where Claude Code stops looking for a project's agents. */
  readonly root: string;
  readonly hostFolder: string;
  readonly managedFolder: string;
  /** The folder of this plugin. */
  readonly pluginRoot: string;
}

/** More levels between the current folder and the top of a checkout nobody has. */
const MAX_LEVELS = 64;

const manifest = z.object({
  agents: z
    .union([z.string().transform((path) => [path]), z.array(z.string())])
    .optional()
    .catch(undefined),
});

/** Where agents are defined for one Claude Code, in the order in which it prefers them. */
export class AgentPlaces {
  #stamp: string | undefined;
  #plugins: readonly AgentPlace[] = [];

  constructor(private readonly host: HostPlace) {}

  /** Reads which plugins are enabled anew only when one of the files that say so has changed. */
  async current(): Promise<readonly AgentPlace[]> {
    const { directory, hostFolder, managedFolder, pluginRoot } = this.host;
    const stamp = stampOf([
      join(managedFolder, "managed-settings.json"),
      join(directory, ".claude", "settings.local.json"),
      join(directory, ".claude", "settings.json"),
      join(hostFolder, "settings.json"),
      join(hostFolder, "plugins", "installed_plugins.json"),
      join(hostFolder, "plugins", "known_marketplaces.json"),
    ]);
    if (stamp !== this.#stamp) {
      this.#plugins = await this.#enabledPlugins();
      this.#stamp = stamp;
    }
    return [
      { path: join(managedFolder, ".claude", "agents"), origin: "the machine's settings" },
      ...foldersUp(directory, this.host.root).map((folder) => ({
        path: join(folder, ".claude", "agents"),
        origin: "the project's .claude/agents",
      })),
      { path: join(hostFolder, "agents"), origin: "the user's agents" },
      { path: join(pluginRoot, "agents"), origin: "this plugin", plugin: "parallel" },
      ...this.#plugins,
    ];
  }

  async #enabledPlugins(): Promise<AgentPlace[]> {
    const { directory, hostFolder, managedFolder } = this.host;
    const settings = await readHostSettings(
      directory,
      hostFolder,
      join(managedFolder, "managed-settings.json"),
    );
    const plugins = await readInstalledPlugins(hostFolder, settings);
    const places = plugins.map(async ({ name, enabled, folder }): Promise<AgentPlace[]> => {
      if (!enabled || folder === undefined || name === "parallel") return [];
      const paths = (await dataOf(join(folder, ".claude-plugin", "plugin.json"), manifest))?.agents;
      // What a manifest names stands in the place of the usual folder.
      return (paths ?? ["agents"])
        .map((path) => resolve(folder, path))
        .filter((path) => !relative(folder, path).startsWith(".."))
        .map((path) => ({ path, origin: `the plugin ${name}`, plugin: name }));
    });
    return (await Promise.all(places)).flat();
  }
}

/** The folder and those above it, up to the top. */
function foldersUp(directory: string, top: string): string[] {
  const folders = [directory];
  for (let at = directory; at !== top && folders.length < MAX_LEVELS; at = dirname(at)) {
    if (dirname(at) === at) return [directory];
    folders.push(dirname(at));
  }
  return folders;
}

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod";
import { dataOf } from "./json-file.ts";
import { enabledPlugins, type HostSettings } from "./settings.ts";

/** The plugins that one installation brings; their versions move together. */
export const PLUGIN_NAMES = ["parallel", "spec", "debug"] as const;

/** A plugin that Claude Code's files name. */
export interface InstalledPlugin {
  /** `<name>@<marketplace>` */
  readonly id: string;
  readonly name: string;
  readonly marketplace: string;
  readonly enabled: boolean;
  /** The folder that it is loaded from: the copy that Claude Code installed, or a marketplace on this machine; undefined when it is enabled but not installed. */
  readonly folder: string | undefined;
  /** As the manifest in that folder says. */
  readonly version: string | undefined;
  /** As the marketplace's own copy offers it now. */
  readonly offered: string | undefined;
}

const installedFile = z.object({
  plugins: z.record(z.string(), z.array(z.object({ installPath: z.string() })).catch([])),
});
const marketplacesFile = z.record(
  z.string(),
  z
    .object({ source: z.object({ source: z.string() }), installLocation: z.string() })
    .optional()
    .catch(undefined),
);
const marketplaceFile = z.object({
  plugins: z.array(z.object({ name: z.string(), source: z.unknown() })),
});
const manifest = z.object({ name: z.string(), version: z.string().optional() });

/** Every plugin that is installed or enabled, by id. */
export async function readInstalledPlugins(
  hostFolder: string,
  settings: HostSettings,
): Promise<InstalledPlugin[]> {
  const enabled = enabledPlugins(settings);
  const installed =
    (await dataOf(join(hostFolder, "plugins", "installed_plugins.json"), installedFile))?.plugins ?? {};
  const ids = [...new Set([...Object.keys(installed), ...enabled.keys()])].sort();
  return Promise.all(
    ids.map(async (id) => {
      const at = id.lastIndexOf("@");
      const [name, marketplace] = [id.slice(0, at), id.slice(at + 1)];
      const copy = installed[id]?.at(-1)?.installPath;
      const offer = await offerOf(hostFolder, marketplace, name);
      const folder = offer?.readInPlace ? offer.folder : copy;
      return {
        id,
        name,
        marketplace,
        enabled: enabled.get(id) === true,
        folder,
        version: folder === undefined ? undefined : await versionIn(folder),
        offered: offer && (await versionIn(offer.folder)),
      };
    }),
  );
}

/** This project's own plugins among them: `spec` and `debug` count when they come from where `parallel` does. */
export function ownPlugins(plugins: readonly InstalledPlugin[]): InstalledPlugin[] {
  const roots = plugins.filter(({ name }) => name === "parallel");
  const root = roots.find(({ enabled }) => enabled) ?? roots[0];
  return PLUGIN_NAMES.flatMap((name) =>
    plugins.filter((plugin) => plugin.name === name && plugin.marketplace === root?.marketplace),
  );
}

/** Enabled plugins of other origin that share a name with one of the three. */
export function namesakes(plugins: readonly InstalledPlugin[]): InstalledPlugin[] {
  const own = ownPlugins(plugins);
  const isNamedAlike = ({ name }: InstalledPlugin) => PLUGIN_NAMES.some((ours) => ours === name);
  return plugins.filter((plugin) => plugin.enabled && isNamedAlike(plugin) && !own.includes(plugin));
}

/** The marketplaces that Claude Code knows, by name, of those that list this project's plugins. */
export async function marketplacesWithPlugins(hostFolder: string): Promise<string[]> {
  const known = Object.entries((await dataOf(marketplacesPath(hostFolder), marketplacesFile)) ?? {});
  const listed = await Promise.all(
    known.map(async ([name, place]) => {
      // The name comes to stand in a command.
      if (!place || !/^\w[\w.-]*$/.test(name)) return [];
      const names = (await listOf(place.installLocation))?.plugins.map((plugin) => plugin.name) ?? [];
      return PLUGIN_NAMES.every((own) => names.includes(own)) ? [name] : [];
    }),
  );
  return listed.flat().sort();
}

/** The folder of a plugin in its marketplace, as far as that lies on this machine. */
async function offerOf(hostFolder: string, marketplace: string, plugin: string) {
  const known = await dataOf(marketplacesPath(hostFolder), marketplacesFile);
  const place = known?.[marketplace];
  if (!place) return undefined;
  const list = await listOf(place.installLocation);
  const source = list?.plugins.find(({ name }) => name === plugin)?.source;
  if (typeof source !== "string") return undefined;
  // Claude Code reads a marketplace that is a folder of this machine in place, and copies all others.
  return { folder: resolve(place.installLocation, source), readInPlace: place.source.source === "directory" };
}

function marketplacesPath(hostFolder: string): string {
  return join(hostFolder, "plugins", "known_marketplaces.json");
}

function listOf(marketplaceFolder: string) {
  return dataOf(join(marketplaceFolder, ".claude-plugin", "marketplace.json"), marketplaceFile);
}

export async function versionIn(folder: string): Promise<string | undefined> {
  const path = join(folder, ".claude-plugin", "plugin.json");
  return existsSync(path) ? (await dataOf(path, manifest))?.version : undefined;
}

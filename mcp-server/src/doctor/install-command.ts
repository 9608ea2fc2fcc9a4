import { existsSync } from "node:fs";
import { join } from "node:path";
import { originOf, publicAddress } from "../git/origin.ts";
import { marketplacesWithPlugins, ownPlugins } from "../host/installed-plugins.ts";
import type { Examination } from "./examination.ts";

/**
 * The command that installs the plugin from where this copy of it comes from: the marketplace that Claude Code knows,
 * or else the origin of the checkout. Undefined where neither is known.
 */
export async function installCommand({ place, plugins }: Examination): Promise<string | undefined> {
  const marketplace =
    ownPlugins(plugins)[0]?.marketplace ?? (await marketplacesWithPlugins(place.hostFolder))[0];
  if (marketplace !== undefined) return `claude plugin install parallel@${marketplace}`;
  // Of a copy inside another repository git would tell the origin of that one.
  const origin = existsSync(join(place.pluginRoot, ".git")) ? await originOf(place.pluginRoot) : undefined;
  const address = origin === undefined ? undefined : publicAddress(origin);
  return address === undefined ? undefined : `claude plugin install parallel --marketplace ${address}`;
}

/** What to do when the installation itself is damaged. */
export async function reinstallation(examination: Examination): Promise<string> {
  const install = await installCommand(examination);
  const again = install ?? "install it again from where you have it";
  return `Install the plugin anew: claude plugin uninstall parallel --prune -y, then ${again}. In a checkout of its repository: npm run build.`;
}

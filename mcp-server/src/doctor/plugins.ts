import { existsSync } from "node:fs";
import { type InstalledPlugin, ownPlugins, PLUGIN_NAMES } from "../host/installed-plugins.ts";
import { type Check, type DoctorFinding, notice, skipped, wrong } from "./finding.ts";
import { installCommand } from "./install-command.ts";

/** Whether Claude Code has the three plugins, enabled and of one version. */
export const plugins: Check = {
  name: "Claude Code",
  async look(examination) {
    if (!existsSync(examination.place.hostFolder)) return skipped("not set up for this user");
    const own = ownPlugins(examination.plugins);
    const unreadable = examination.settings.unreadable.map(({ path, why }) =>
      wrong(
        `Claude Code's settings in ${path} do not count: ${why}.`,
        "Correct that file, then restart Claude Code.",
      ),
    );
    if (own.length === 0) {
      const findings = [...unreadable, notInstalled(await installCommand(examination))];
      return { seen: "the plugin is not installed", findings };
    }
    return {
      seen: own
        .map(({ name, version, enabled }) => `${name} ${version ?? "?"}${enabled ? "" : " (off)"}`)
        .join(", "),
      findings: [...unreadable, ...findingsFor(own), ...versionsApart(own)],
    };
  },
};

function notInstalled(command: string | undefined): DoctorFinding {
  return notice(
    "Claude Code's settings name no plugin parallel.",
    `${command === undefined ? "Install it from where you have it" : `Install it: ${command}`}. A session that was started with --plugin-dir has it all the same.`,
  );
}

/** Each of the three must be there, enabled, and have the folder that it is loaded from. */
function findingsFor(own: readonly InstalledPlugin[]): DoctorFinding[] {
  const marketplace = own[0]?.marketplace ?? "parallel";
  return PLUGIN_NAMES.flatMap((name) => {
    const plugin = own.find((candidate) => candidate.name === name);
    const id = plugin?.id ?? `${name}@${marketplace}`;
    if (plugin && !plugin.enabled) {
      return [
        wrong(`The plugin ${id} is not enabled.`, `claude plugin enable ${id}, then restart Claude Code.`),
      ];
    }
    if (plugin?.folder === undefined || plugin.version === undefined) {
      const what = plugin?.folder === undefined ? "is not installed" : `has no manifest in ${plugin.folder}`;
      return [wrong(`The plugin ${id} ${what}.`, `claude plugin install ${id}, then restart Claude Code.`)];
    }
    return updateOf(plugin);
  });
}

function updateOf({ id, version, offered }: InstalledPlugin): DoctorFinding[] {
  if (offered === undefined || offered === version) return [];
  return [
    notice(
      `${id} is installed in version ${version}; its marketplace has ${offered}.`,
      `claude plugin update ${id}, then restart Claude Code.`,
    ),
  ];
}

function versionsApart(own: readonly InstalledPlugin[]): DoctorFinding[] {
  const loaded = own.filter(({ version }) => version !== undefined);
  if (new Set(loaded.map(({ version }) => version)).size <= 1) return [];
  return [
    wrong(
      `The three plugins are of different versions: ${loaded.map(({ name, version }) => `${name} ${version}`).join(", ")}.`,
      `claude plugin marketplace update ${own[0]?.marketplace}, then claude plugin update for each of ${loaded.map(({ id }) => id).join(", ")}, then restart Claude Code.`,
    ),
  ];
}

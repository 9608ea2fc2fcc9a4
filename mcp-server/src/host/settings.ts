import { join } from "node:path";
import * as z from "zod";
import { dataOf, readJsonFile } from "./json-file.ts";

const OWN_VARIABLE = /^PARALLEL_/;

/** The only parts of a settings file that are kept: it may hold keys and other people's secrets as well. */
const settingsFile = z.object({
  disableAllHooks: z.boolean().optional().catch(undefined),
  allowManagedHooksOnly: z.boolean().optional().catch(undefined),
  enabledPlugins: z.record(z.string(), z.unknown()).optional().catch(undefined),
  pluginConfigs: z
    .record(
      z.string(),
      z.object({ options: z.record(z.string(), z.unknown()).optional().catch(undefined) }).catch({}),
    )
    .optional()
    .catch(undefined),
  sandbox: z
    .object({ enabled: z.boolean().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  worktree: z
    .object({
      symlinkDirectories: z.array(z.string()).optional().catch(undefined),
      baseRef: z.enum(["fresh", "head"]).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  permissions: z
    .object({
      allow: z.array(z.unknown()).optional().catch(undefined),
      ask: z.array(z.unknown()).optional().catch(undefined),
      deny: z.array(z.unknown()).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  env: z
    .record(z.string(), z.unknown())
    .transform((all) =>
      Object.fromEntries(
        Object.entries(all).flatMap(([name, value]) =>
          OWN_VARIABLE.test(name) && typeof value === "string" ? [[name, value] as const] : [],
        ),
      ),
    )
    .optional()
    .catch(undefined),
});

/** One settings file of Claude Code, as far as this plugin is concerned. */
export interface SettingsFile {
  readonly path: string;
  readonly managed: boolean;
  readonly settings: z.infer<typeof settingsFile>;
}

/** Claude Code's settings, the strongest file first. */
export interface HostSettings {
  readonly files: readonly SettingsFile[];
  /** Files that are there but cannot be read, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

/** @param projectFolder the folder in which Claude Code is started. */
export async function readHostSettings(
  projectFolder: string,
  hostFolder: string,
  managedSettings: string,
): Promise<HostSettings> {
  const files: SettingsFile[] = [];
  const unreadable: { path: string; why: string }[] = [];
  for (const path of [
    managedSettings,
    join(projectFolder, ".claude", "settings.local.json"),
    join(projectFolder, ".claude", "settings.json"),
    join(hostFolder, "settings.json"),
  ]) {
    const file = await readJsonFile(path, settingsFile);
    if (file.state === "read") files.push({ path, managed: path === managedSettings, settings: file.data });
    if (file.state === "unreadable") unreadable.push({ path, why: file.why });
  }
  return { files, unreadable };
}

/** Whether each plugin that any file names is enabled, by its id `<name>@<marketplace>`. */
export function enabledPlugins({ files }: HostSettings): ReadonlyMap<string, boolean> {
  const enabled = new Map<string, boolean>();
  for (const { settings } of files) {
    for (const [id, value] of Object.entries(settings.enabledPlugins ?? {})) {
      // A list names the versions that may be used.
      if (!enabled.has(id)) enabled.set(id, value === true || Array.isArray(value));
    }
  }
  return enabled;
}

/**
 * Why commands of agents may run in Claude Code's sandbox; undefined: no settings file turns it on. Whichever file does
 * so counts, and so does one that cannot be read: which of them holds is not decided here.
 */
export function sandboxOf({ files, unreadable }: HostSettings): string | undefined {
  const on = files.find(({ settings }) => settings.sandbox?.enabled === true);
  if (on) return `${on.path} turns Claude Code's sandbox on`;
  const [first] = unreadable;
  return first && `${first.path} cannot be read (${first.why}), so its sandbox may be on`;
}

/**
 * The commands that the user's own settings let Claude Code run with Bash without a prompt, word for word. A file of the
 * project says nothing of that: whoever works in it may write it.
 */
export async function commandsAllowedByUser(hostFolder: string): Promise<string[]> {
  const settings = await dataOf(join(hostFolder, "settings.json"), settingsFile);
  return (settings?.permissions?.allow ?? []).flatMap((rule) => {
    const command = typeof rule === "string" ? /^Bash\(([\s\S]+)\)$/.exec(rule)?.[1] : undefined;
    // A star stands for anything, and a backslash may take that from it.
    return command === undefined || /[*\\]/.test(command) ? [] : [command];
  });
}

/** What the settings say of worktrees. */
export interface WorktreeSettings {
  /** Folders of the checkout that all worktrees share, as they are written: no file has been asked whether they exist. */
  readonly linkedFolders: readonly string[];
  /** Where worktrees begin: `fresh` at the origin's default branch, `head` at what is checked out; undefined: not said. */
  readonly baseRef: "fresh" | "head" | undefined;
}

/** Lists of several files add up, as they do in Claude Code; of single values the strongest file's holds. */
export function worktreeSettings({ files }: HostSettings): WorktreeSettings {
  const said = files.map(({ settings }) => settings.worktree ?? {});
  return {
    linkedFolders: [...new Set(said.flatMap(({ symlinkDirectories = [] }) => symlinkDirectories))],
    baseRef: said.find(({ baseRef }) => baseRef !== undefined)?.baseRef,
  };
}

/** This plugin's variables as the settings give them to a session. */
export function variablesOf({ files }: HostSettings): Readonly<Record<string, string>> {
  return Object.assign({}, ...files.map(({ settings }) => settings.env ?? {}).reverse());
}

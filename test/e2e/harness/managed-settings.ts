import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** Claude Code takes what an administrator has set from a place of the system, which no option moves elsewhere. */
const FOLDER = "claude-code";

/** Whether a process can be shown other files in that place than everybody else. */
export async function canBeManaged(): Promise<boolean> {
  const [program, ...parameters] = underFolder("/usr", ["true"]);
  return promisify(execFile)(program, parameters).then(
    () => true,
    () => false,
  );
}

/** Writes an administrator's settings. @returns the folder that is to lie over `/etc`. */
export function managedFolder(folder: string, settings: Record<string, unknown>): string {
  mkdirSync(join(folder, FOLDER), { recursive: true });
  writeFileSync(join(folder, FOLDER, "managed-settings.json"), JSON.stringify(settings));
  return folder;
}

/** The command with the folder over `/etc`, in a view of the file system of its own, which ends with it. */
export function underFolder(
  folder: string,
  [program, ...parameters]: readonly [string, ...string[]],
): [string, ...string[]] {
  const script = 'mount -t overlay overlay -o "lowerdir=$0:/etc" /etc && exec "$@"';
  return ["unshare", "--map-root-user", "--mount", "sh", "-c", script, folder, program, ...parameters];
}

import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { hostFolder, managedFolder } from "../host/folders.ts";

/** Where the doctor looks. */
export interface DoctorInput {
  /** The folder in which it was asked. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** The plugin whose command line this is. */
  readonly pluginRoot: string;
  /** Claude Code's folder of this user. */
  readonly hostFolder: string;
  /** Claude Code's settings of this machine's administrator. */
  readonly managedSettings: string;
  readonly nowMs: number;
  /** Bytes that this user may still write to the disk of a folder. */
  readonly freeBytes: (folder: string) => Promise<number>;
}

export function doctorInputOf(
  directory: string,
  env: NodeJS.ProcessEnv,
  pluginRoot: string,
  nowMs: number,
): DoctorInput {
  return {
    directory,
    env,
    pluginRoot,
    hostFolder: hostFolder(env),
    managedSettings: join(managedFolder(), "managed-settings.json"),
    nowMs,
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
  };
}

import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type ParseError, parse } from "jsonc-parser";
import type { ChangedSettings } from "../clients/agent-client.ts";
import { CallerError } from "../errors/caller-error.ts";

/**
 * Makes the home of a client that is to have this server, and its own settings beside that.
 * @param env the user's.
 * @param stateFolder the agent's; the home lies in it.
 * @returns the variable that names it.
 * @throws CallerError for settings that cannot be read.
 */
export async function changedSettings(
  { variable, folder, file, server, leftOut }: ChangedSettings,
  env: NodeJS.ProcessEnv,
  stateFolder: string,
): Promise<Record<string, string>> {
  const home = join(stateFolder, "home");
  const from = join(env[variable] || env.HOME || homedir(), folder);
  const to = join(home, folder);
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of await readdir(from).catch(() => [])) {
    if (name !== file && !leftOut.includes(name)) await symlink(join(from, name), join(to, name));
  }
  const own = fieldsIn(await readFile(join(from, file), "utf8").catch(() => "{}"), join(from, file));
  const servers = typeof own.mcpServers === "object" ? own.mcpServers : {};
  const changed = { ...own, mcpServers: { ...servers, parallel: server } };
  await writeFile(join(to, file), JSON.stringify(changed), { mode: 0o600 });
  return { [variable]: home };
}

function fieldsIn(text: string, path: string): Record<string, unknown> {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length === 0 && typeof value === "object" && value !== null)
    return value as Record<string, unknown>;
  throw new CallerError("wrong_state", `${path} cannot be read.`, "Correct it; its client needs it as well.");
}

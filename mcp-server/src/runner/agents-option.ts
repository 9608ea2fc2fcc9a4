import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { AgentClient } from "../clients/agent-client.ts";
import { agentClient } from "../clients/index.ts";
import { CallerError } from "../errors/caller-error.ts";
import type { ClientShare } from "./client-slots.ts";

const MAX_SLOTS = 100;

/** The clients of a run, and what was left out of what the user names. */
export interface ChosenClients {
  readonly shares: readonly ClientShare[];
  /** Programs that are not on the search path, by the client. */
  readonly missing: readonly string[];
}

/**
 * Reads `claude=3,codex=2`, in the order in which they are preferred; without a number a client gets as many agents as
 * the plan allows. Clients that are not there are left out: the others do their tasks.
 * @param command what the client `command` starts.
 * @param cap the largest number of agents of the plan.
 * @throws CallerError for what cannot be read, and where none is there.
 */
export function clientsFrom(
  text: string,
  command: string | undefined,
  cap: number,
  env: NodeJS.ProcessEnv,
): ChosenClients {
  const shares = text.split(",").map((part): ClientShare => {
    const [, name = "", count] = /^\s*([\w-]+)\s*(?:=\s*(\d+)\s*)?$/.exec(part) ?? [];
    const slots = count === undefined ? cap : Number(count);
    if (name === "" || slots < 1 || slots > MAX_SLOTS)
      throw wrong(`${JSON.stringify(part.trim())} cannot be read`, `from 1 to ${MAX_SLOTS} each`);
    return { client: agentClient(name, command), slots };
  });
  const names = shares.map(({ client }) => client.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw wrong(`${twice} stands there twice`, "each client once");
  const isThere = ({ programs }: AgentClient) =>
    programs.length === 0 || programs.some((program) => isOnPath(program, env));
  const missing = shares.filter(({ client }) => !isThere(client)).map(({ client }) => client.name);
  if (missing.length === shares.length) {
    const programs = shares.flatMap(({ client }) => client.programs);
    throw new CallerError(
      "bad_input",
      `None of the clients is there: ${programs.join(", ")} ${programs.length === 1 ? "is" : "are"} not on the search path.`,
      "Install one, put it on the PATH, or name another: --agents codex=2.",
      "agents",
    );
  }
  return { shares: shares.filter(({ client }) => isThere(client)), missing };
}

/**
 * Reads `name=value` pairs: `code-reviewer=codex`, `codex=gpt-5`.
 * @throws CallerError that names the option.
 */
export function pairsFrom(option: string, texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts
      .flatMap((text) => text.split(","))
      .map((text): [string, string] => {
        const [, name, value] = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(text) ?? [];
        if (name !== undefined && value !== undefined) return [name, value];
        throw new CallerError(
          "bad_input",
          `--${option}: ${JSON.stringify(text)} cannot be read.`,
          `Write it as name=value.`,
          option,
        );
      }),
  );
}

function wrong(problem: string, words: string): CallerError {
  return new CallerError(
    "bad_input",
    `--agents: ${problem}.`,
    `Write the clients with how many agents of each run at once, ${words}: claude=3,codex=2.`,
    "agents",
  );
}

function isOnPath(program: string, env: NodeJS.ProcessEnv): boolean {
  if (/[\\/]/.test(program)) return isExecutable(program);
  const endings = process.platform === "win32" ? (env.PATHEXT ?? ".EXE").split(";") : [""];
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => endings.some((ending) => isExecutable(join(folder, program + ending))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { codexSettings } from "../../test/clients/runner-place.ts";
import { claudeCodeBinary, environmentOf, furnishHome } from "../../test/e2e/harness/claude-code.ts";
import { ownProcesses } from "../../test/support/container.ts";

/** As git shows who made the commits of a machine's agents. */
const IDENTITY = ["-c", "user.name=Fleet", "-c", "user.email=fleet@example.org"];

/** What all machines share. */
export interface Shared {
  /** The folder of everything that the fleet has. */
  readonly folder: string;
  /** This repository. */
  readonly root: string;
  readonly databaseUrl: string;
  /** The bare repository, by its address. */
  readonly remote: string;
  /** Where the scripted model listens. */
  readonly endpoint: string;
  /** The folder of the programs of Codex; absent: the fleet does without. */
  readonly codex?: string | undefined;
  /** Further environment of every machine, such as settings. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a user has set up on his machine: a clone, the clients with their accounts, and where the graph is. */
export interface Machine {
  readonly name: string;
  readonly clone: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What somebody has on a machine who has the clients there, with his accounts, and this plugin. */
export interface Installed {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

/** @param clone where the project will be, of which the clients are told that it is to be trusted. */
export function install(
  { folder, root, endpoint, codex, environment: more }: Omit<Shared, "databaseUrl" | "remote">,
  name: string,
  clone: string,
): Installed {
  const home = join(folder, name, "home");
  mkdirSync(home, { recursive: true });
  const place = { home, project: clone, endpoint: `${endpoint}/claude`, plugins: [] };
  furnishHome(place);
  const programs = join(home, "bin");
  mkdirSync(programs);
  symlinkSync(claudeCodeBinary(), join(programs, "claude"));
  symlinkSync(process.execPath, join(programs, "node"));
  symlinkSync(join(root, "bin", "parallel"), join(programs, "parallel"));
  const own = codexSettings(`${endpoint}/codex`);
  for (const [path, text] of Object.entries(own.files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  const environment = environmentOf(place);
  const path = [programs, ...(codex === undefined ? [] : [codex]), environment.PATH ?? ""];
  return { home, env: { ...environment, PATH: path.join(delimiter), ...own.environment, ...more } };
}

export async function furnishMachine(shared: Shared, name: string): Promise<Machine> {
  const { folder, remote, databaseUrl } = shared;
  const clone = join(folder, name, "app");
  const { env } = install(shared, name, clone);
  await execa("git", [...IDENTITY, "clone", "--quiet", remote, clone]);
  return { name, clone, env: { PARALLEL_DATABASE_URL: databaseUrl, ...env } };
}

/** Starts every command after the machine's name at once, waits for all, and ends with the code of one that failed. */
const MACHINE = `hostname "$1" && shift && pids= && code=0
for agents; do parallel worker "$BREAKDOWN" --agents "$agents" --until-done & pids="$pids $!"; done
for pid in $pids; do wait "$pid" || code=$?; done
exit $code`;

/**
 * Switches a machine on: a name and processes of its own, in namespaces of Linux, with one worker for each of `agents`.
 * When what is returned is killed, everything on the machine is gone at once, as when its power fails.
 * @param print gets what its workers print, line by line.
 */
export function switchOn(
  { name, clone, env }: Machine,
  breakdown: string,
  agents: readonly string[],
  print: (line: string) => void,
): ChildProcess {
  const [program, ...apart] = ownProcesses();
  const child = spawn(program, [...apart, "sh", "-c", MACHINE, "sh", name, ...agents], {
    cwd: clone,
    env: { ...env, BREAKDOWN: breakdown },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (text: Buffer) => {
      for (const line of text.toString("utf8").split("\n")) if (line.trim() !== "") print(line);
    });
  return child;
}

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { codexSettings } from "../../test/clients/runner-place.ts";
import { claudeCodeBinary, environmentOf, furnishHome } from "../../test/e2e/harness/claude-code.ts";

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

export async function furnishMachine(shared: Shared, name: string): Promise<Machine> {
  const { folder, root, endpoint, remote, codex } = shared;
  const [home, clone] = [join(folder, name, "home"), join(folder, name, "app")];
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
  await execa("git", [...IDENTITY, "clone", "--quiet", remote, clone]);
  const environment = environmentOf(place);
  return {
    ...{ name, clone },
    env: {
      ...environment,
      PATH: [programs, ...(codex === undefined ? [] : [codex]), environment.PATH ?? ""].join(delimiter),
      ...own.environment,
      PARALLEL_DATABASE_URL: shared.databaseUrl,
      ...shared.environment,
    },
  };
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
  const own = ["--uts", "--pid", "--mount-proc", "--fork", "--kill-child"];
  const asRoot = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const child = spawn("unshare", [...asRoot, ...own, "sh", "-c", MACHINE, "sh", name, ...agents], {
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

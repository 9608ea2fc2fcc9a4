import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** Longer no command may take, in milliseconds: it is ended, with all that it started. */
const LIMIT_MS = 20_000;
/** What is kept of what a command prints, in characters. */
const MAX_OUTPUT = 4_000;

/** How a command ended. */
export interface CommandEnd {
  /** Undefined: it was ended because it took too long. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command runs, with folders of its own outside the checkout. */
export interface CommandPlace {
  readonly checkout: string;
  readonly home: string;
  readonly temporary: string;
}

/** What has to be put before a program so that it reaches no network; undefined where the system cannot. */
export const OFFLINE: readonly string[] | undefined = [
  ["unshare", "--net"],
  ["unshare", "--map-root-user", "--net"],
].find(([program = "", ...parameters]) => spawnSync(program, [...parameters, "true"]).status === 0);

/** Runs the command for real, in bash as the host does, without a network where that can be had. */
export async function runCommand(command: string, place: CommandPlace): Promise<CommandEnd> {
  const [program = "bash", ...parameters] = [...(OFFLINE ?? []), "bash", "-c", command];
  const child = spawn(program, parameters, {
    cwd: place.checkout,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: place.home,
      TMPDIR: place.temporary,
      LANG: "C.UTF-8",
      TERM: "dumb",
      npm_config_offline: "true",
      npm_config_update_notifier: "false",
    },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that what it leaves behind can be ended.
    detached: true,
  });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      output[stream] = (output[stream] + text).slice(-MAX_OUTPUT);
    });
  }
  let isTooLong = false;
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // All of them have ended.
    }
  };
  const timer = setTimeout(() => {
    isTooLong = true;
    end();
  }, LIMIT_MS);
  const [code] = await once(child, "close");
  clearTimeout(timer);
  end();
  return { code: isTooLong ? undefined : ((code as number | null) ?? 1), ...output };
}

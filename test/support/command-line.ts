import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { BUNDLE } from "./bundled-server.ts";
import { emptyEnvironment } from "./temporary-folder.ts";

/** How a command ended, and what it printed. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command line in the committed bundle. */
const CLI = join(dirname(BUNDLE), "parallel.mjs");

/** Runs a program of this checkout with Node, in a folder and with nothing of the machine's environment. */
export function runScript(
  file: string,
  folder: string,
  parameters: readonly string[],
  env: Readonly<Record<string, string>> = emptyEnvironment(),
): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...parameters], { cwd: folder, env }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
    );
  });
}

/** `parallel` with these parameters. */
export function runCommand(folder: string, ...parameters: string[]): Promise<CommandResult> {
  return runScript(CLI, folder, parameters);
}

/** As `runCommand`, by one user: his home and whatever else his shell sets. */
export function runCommandOf(env: Readonly<Record<string, string>>, folder: string, ...parameters: string[]) {
  return runScript(CLI, folder, parameters, env);
}

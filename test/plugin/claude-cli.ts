import { delimiter, join } from "node:path";
import { execa } from "execa";
import { claudeCodeBinary } from "../e2e/harness/claude-code.ts";

export interface CliResult {
  readonly exitCode: number | undefined;
  /** Standard output and standard error, in the order in which they came. */
  readonly output: string;
}

/**
 * Runs one `claude` subcommand with a home of its own and nothing else of the surrounding environment.
 * Programs in `<home>/bin` stand in for the machine's.
 */
export async function claude(home: string, cwd: string, ...args: string[]): Promise<CliResult> {
  const done = await execa(claudeCodeBinary(), args, {
    cwd,
    extendEnv: false,
    env: {
      PATH: [join(home, "bin"), process.env.PATH].join(delimiter),
      HOME: home,
      ANTHROPIC_API_KEY: "dummy",
      ANTHROPIC_BASE_URL: "http://127.0.0.1:9",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_TELEMETRY: "1",
      DISABLE_AUTOUPDATER: "1",
    },
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: 300_000,
  });
  return { exitCode: done.exitCode, output: done.all };
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { furnishMachine, type Machine, type Shared } from "../../examples/fleet/machine.ts";
import { CHECKOUT } from "../plugin/checkout.ts";
import { freshDatabase, stopPostgresAfterAll } from "../store/databases.ts";
import { GitDaemon } from "../stress/machines/git-daemon.ts";
import { isLong } from "../support/long-tests.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { bareRepository, expectOnBranch, inRecipe, Models } from "./surroundings.ts";

stopPostgresAfterAll();

/** What the secrets and the matrix of a workflow stand for, put in place of them. */
function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{ ([\w.]+) \}\}/g, (_, name: string) => values[name] ?? `no ${name}`);
}

/** Runs a step as the shell of a job does. */
function shell({ clone, env }: Machine, command: string): ChildProcess {
  const child = spawn("sh", ["-e", "-c", command], {
    cwd: clone,
    env: { ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

describe.runIf(isLong)("the matrix of CI jobs", () => {
  it("two clones on one machine, each a job of the CI matrix, complete the plan, and its branch holds every change", async () => {
    const folder = temporaryFolder();
    const bare = await bareRepository(folder);
    const daemon = await GitDaemon.start(dirname(bare));
    onTestFinished(() => daemon.stop());
    const { worker } = inRecipe("ci-matrix.yml").jobs;
    const shared: Shared = {
      ...{ folder, root: CHECKOUT, endpoint: await new Models().listen() },
      ...{ databaseUrl: (await freshDatabase("postgres")).url },
      remote: `git://127.0.0.1:${daemon.port}/shop.git`,
    };
    const jobs: ChildProcess[] = [];
    for (const [i, agents] of (worker.strategy.matrix.agents as string[]).entries()) {
      const machine = await furnishMachine(shared, `job-${i}`);
      const values = {
        "matrix.agents": agents,
        "secrets.PARALLEL_DATABASE_URL": shared.databaseUrl,
        "secrets.ANTHROPIC_API_KEY": machine.env.ANTHROPIC_API_KEY ?? "",
      };
      const own = Object.entries(worker.env as Record<string, string>);
      const env = Object.fromEntries(own.map(([name, text]) => [name, filledIn(text, values)]));
      jobs.push(
        shell({ ...machine, env: { ...machine.env, ...env } }, filledIn(worker.steps.at(-1).run, values)),
      );
    }
    expect(await Promise.all(jobs.map(exitOf))).toEqual([0, 0]);
    await expectOnBranch(bare);
  });
});

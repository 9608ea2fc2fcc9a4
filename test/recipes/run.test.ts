import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { furnishMachine, type Machine, type Shared } from "../../examples/fleet/machine.ts";
import { ScriptedEndpoint } from "../clients/scripted-endpoint.ts";
import { nextAgentTurn } from "../clients/worker.ts";
import { freshDatabase, stopPostgresAfterAll } from "../store/databases.ts";
import { GitDaemon } from "../stress/machines/git-daemon.ts";
import { isLong } from "../support/long-tests.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

stopPostgresAfterAll();

const ROOT = join(import.meta.dirname, "..", "..");
const PROJECT = join(ROOT, "examples", "fleet", "project");
const read = (file: string) => parse(readFileSync(join(ROOT, "examples", "recipes", file), "utf8"));

interface Breakdown {
  readonly tasks: readonly { readonly id: string; readonly writes: readonly [string] }[];
}

/** What a recipe takes for granted: a database, a git server with the project, and clients that have an account. */
async function surroundings() {
  const folder = temporaryFolder();
  const start = join(folder, "start");
  mkdirSync(start);
  cpSync(PROJECT, start, { recursive: true });
  const git = (...parameters: string[]) =>
    execa("git", ["-c", "user.name=T", "-c", "user.email=t@example.org", ...parameters], { cwd: start });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--message=Start");
  const bare = join(folder, "shop.git");
  await git("clone", "--quiet", "--bare", start, bare);
  const daemon = await GitDaemon.start(folder);
  onTestFinished(() => daemon.stop());
  const endpoint = new ScriptedEndpoint(async (client, shown) => nextAgentTurn(shown, client));
  const address = await endpoint.listen();
  onTestFinished(() => endpoint.close());
  const shared: Shared = {
    ...{ folder, root: ROOT, databaseUrl: (await freshDatabase("postgres")).url, endpoint: address },
    ...{ remote: `git://127.0.0.1:${daemon.port}/shop.git`, environment: { PARALLEL_REVIEW: "off" } },
  };
  return { shared, bare };
}

/** Runs a recipe's command as its shell would. */
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

async function expectAllOnBranch(bare: string): Promise<void> {
  const { tasks } = JSON.parse(readFileSync(join(PROJECT, "specs/shop/03-tasks.json"), "utf8")) as Breakdown;
  for (const { id, writes } of tasks) {
    const { stdout } = await execa("git", ["show", `refs/parallel/shop:${writes[0]}`], { cwd: bare });
    expect(stdout).toBe(`claude shop/${id}`);
  }
}

describe.runIf(isLong)("the recipes, run", () => {
  it("two clones on one machine, each a job of the CI matrix, complete the plan, and its branch holds every change", async () => {
    const { shared, bare } = await surroundings();
    const { worker } = read("ci-matrix.yml").jobs;
    const step = worker.steps.at(-1).run as string;
    const jobs: ChildProcess[] = [];
    for (const [i, agents] of (worker.strategy.matrix.agents as string[]).entries()) {
      const machine = await furnishMachine(shared, `job-${i}`);
      jobs.push(shell(machine, step.replace(/\$\{\{ matrix\.agents \}\}/, agents)));
    }
    expect(await Promise.all(jobs.map(exitOf))).toEqual([0, 0]);
    await expectAllOnBranch(bare);
  });
});

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "../../mcp-server/src/git/git.ts";
import type { GraphEvent } from "../../mcp-server/src/graph/event.ts";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { createContext, type OpenContext } from "../../mcp-server/src/run/project/run-context.ts";
import { writeSshTo } from "../../test/support/ssh-to.ts";
import { makeRepository } from "../worktrees/repository.ts";

const PLAN = "fleet";
const ORIGIN = "ssh://git@git.example.org/team/app.git";

/** A task, and how long its agent takes. */
export interface FleetTask {
  readonly id: string;
  readonly takesMs: number;
  readonly dependencies?: readonly string[] | undefined;
  readonly writes: readonly string[];
}

export interface FleetOptions {
  /** The repository with the bench. */
  readonly root: string;
  /** Where everything is made. */
  readonly folder: string;
  readonly database: string;
  /** From two on, work is pushed to the remote repository. */
  readonly clones: number;
  /** In each clone. */
  readonly workers: number;
  /** Of each worker. */
  readonly slots: number;
}

/** When an agent began and ended, by itself, in milliseconds since 1970. */
export interface AgentTimes {
  readonly beganMs: number;
  readonly endedMs: number;
}

/** What happened in a run. */
export interface FleetRun {
  readonly events: readonly GraphEvent[];
  readonly agents: ReadonlyMap<string, AgentTimes>;
}

/** How an agent of the bench is started. */
export function agentCommand(root: string): string {
  return `${process.execPath} ${join(root, "bench", "fleet", "agent.mjs")} {briefFile}`;
}

/**
 * Has `parallel worker` do the tasks, in clones of a remote repository.
 * @throws when not every task is completed.
 */
export async function runFleet(tasks: readonly FleetTask[], options: FleetOptions): Promise<FleetRun> {
  const { root, folder, database, workers, slots } = options;
  const [home, times] = [join(folder, "home"), join(folder, "times")];
  for (const made of [home, times]) mkdirSync(made, { recursive: true });
  const clones = await cloned(folder, options.clones);
  const env = {
    ...{ PATH: process.env.PATH, HOME: home, LANG: "C.UTF-8", BENCH_FLEET_TIMES: times },
    ...{ GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", PARALLEL_DATABASE_URL: database },
  };
  const ctx = await createContext({
    ...{ directory: clones[0] ?? "", env, parentPid: process.pid, pluginRoot: root, now: Date.now },
  });
  try {
    await ctx.roles.refresh();
    await createPlan(ctx, "bench", {
      plan: PLAN,
      tasks: tasks.map(({ id, takesMs, dependencies = [], writes }) => ({
        ...{ id, subject: `Task ${id}`, description: `takes-ms=${takesMs}`, writes: [...writes] },
        ...{ dependencies: [...dependencies], estimateMinutes: Math.max(takesMs, 100) / 60_000 },
      })),
      policy: {
        ...{ isolation: "worktree", review: "off", retries: 0 },
        maxParallel: Math.min(20, clones.length * workers * slots),
      },
    });
    const options = [
      ...["worker", PLAN, "--until-done", "--json", "--agents", `command=${slots}`],
      ...["--command", agentCommand(root)],
    ];
    const start = (cwd: string) => ended(root, options, cwd, env);
    await Promise.all(clones.flatMap((clone) => Array.from({ length: workers }, () => start(clone))));
    const events = await eventsOf(ctx);
    const completed = events.filter(
      ({ change }) => change.type === "attempt.ended" && change.outcome === "completed",
    );
    if (completed.length !== tasks.length)
      throw new Error(`${completed.length} of ${tasks.length} tasks are completed`);
    const timesOf = (id: string) => JSON.parse(readFileSync(join(times, id), "utf8")) as AgentTimes;
    return { events, agents: new Map(tasks.map(({ id }) => [id, timesOf(id)])) };
  } finally {
    await ctx.close();
  }
}

/** Clones of one remote repository, which they reach as over ssh. */
async function cloned(folder: string, count: number): Promise<string[]> {
  const [start, remote] = [join(folder, "start"), join(folder, "remote.git")];
  mkdirSync(start);
  await makeRepository(start, 500);
  await git(folder, ["clone", "--quiet", "--bare", start, remote]);
  const ssh = join(folder, "ssh");
  writeSshTo(remote, ssh);
  const folders = Array.from({ length: count }, (_, n) => join(folder, `clone-${n}`, "app"));
  for (const clone of folders) {
    await git(folder, ["clone", "--quiet", remote, clone]);
    const set = (key: string, value: string) => git(clone, ["config", key, value]);
    await set("remote.origin.url", ORIGIN);
    await set("core.sshCommand", ssh);
    await set("user.name", "B");
    await set("user.email", "b@example.org");
  }
  return folders;
}

async function ended(
  root: string,
  options: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const child = spawn(process.execPath, [join(root, "bin", "parallel"), ...options], { cwd, env });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => {
      said = `${said}${text}`.slice(-3_000);
    });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`a worker ended with ${code}\n${said}`);
}

async function eventsOf(ctx: OpenContext): Promise<readonly GraphEvent[]> {
  const store = await ctx.createGraph();
  return store.read(async (reader) => {
    const [plan] = await reader.plans(ctx.repository);
    if (!plan) throw new Error("there is no plan");
    return reader.events(plan.id, {});
  });
}

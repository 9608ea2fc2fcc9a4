import { expect } from "vitest";
import type { LaunchAnswer } from "./answers.ts";
import { breakdown, launchFor, report, repository, type TaskInput, task, tokenIn } from "./checkout.ts";
import { graphOf, integrityOf, logOf } from "./graph-file.ts";
import { type KnownTask, violationsOf } from "./log-checker.ts";
import { ParallelServer } from "./parallel-server.ts";

export const FINDING = { severity: "high", text: "Nothing rejects an empty name", file: "src/a.ts:3" };

export const FILE = "specs/p/03-tasks.json";

export async function reviewedPlan(
  tasks: readonly TaskInput[],
  policy: Readonly<Record<string, unknown>> = {},
  start: Parameters<typeof ParallelServer.start>[1] = {},
) {
  const folder = await repository({ [FILE]: breakdown(tasks) });
  const server = await ParallelServer.start(folder, start);
  await server.call("plan_create", { plan: "p", from: FILE, policy });
  return { folder, ...driven(server), ...judged(folder, tasks, Number(policy.maxParallel ?? 5)) };
}

/** The plan `p` as those who work on it see it. */
export function driven(server: ParallelServer) {
  const next = async () => (await server.call("batch_next", { plan: "p" })).launch;
  const one = async (id: string) => launchFor(await next(), id);
  return {
    server,
    next,
    /** Does the named task, which has to be offered now. */
    does: async (id: string, fields = {}) => report(server, "p", await one(id), fields),
    judges: async (id: string, verdict: "accepted" | "rejected", fields = {}) =>
      report(server, "p", await one(id), {
        verdict,
        ...(verdict === "rejected" && { findings: [FINDING] }),
        ...fields,
      }),
    briefOf: (item: LaunchAnswer) => brief(server, item),
    collect: () => server.call("batch_collect", { plan: "p", until: "all", waitSeconds: 0 }),
    statusOf: async (id: string) => (await server.call("task_get", { task: `p/${id}` })).task,
    reportText: async () => (await server.call("plan_report", { plan: "p" })).report,
  };
}

export async function brief(server: ParallelServer, item: LaunchAnswer): Promise<string> {
  const answer = await server.call("task_get", { task: `p/${item.task}`, token: tokenIn(item.prompt) });
  return answer.brief ?? "";
}

/** What the log says of the run, judged by rules of its own. */
export function judged(folder: string, tasks: readonly TaskInput[], cap: number) {
  const known = tasks.map((input) => {
    const { id, dependencies = [], writes = [], review } = input as TaskInput & Partial<KnownTask>;
    return { id, dependencies, writes, ...(review !== undefined && { review }) };
  });
  return {
    decisions: () =>
      logOf(graphOf(folder)).flatMap(({ type, data }) => (type === "decision.taken" ? [data] : [])),
    /** @param added what came to the plan later. */
    expectSound: (added: readonly KnownTask[] = []) => {
      expect(violationsOf(logOf(graphOf(folder)), [...known, ...added], cap)).toEqual([]);
      expect(integrityOf(graphOf(folder))).toBe("ok");
    },
  };
}

export const pair = [task("a", { review: true }), task("b", { dependencies: ["a"] })];

import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import type { PlanSlug } from "../../mcp-server/src/graph/task.ts";
import { runningProcesses } from "../../mcp-server/src/host/processes.ts";
import { gitMovesOf } from "../../mcp-server/src/report/files/committed-work.ts";
import { getTask } from "../../mcp-server/src/run/briefs/get-task.ts";
import { nextBatch } from "../../mcp-server/src/run/claims/next-batch.ts";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { EffectWatch, type HeardSignal } from "../../mcp-server/src/run/effects/effect-watch.ts";
import { GitWatch } from "../../mcp-server/src/run/effects/git-watch.ts";
import { HeldFiles } from "../../mcp-server/src/run/effects/held-files.ts";
import { KeptFiles } from "../../mcp-server/src/run/effects/kept-files.ts";
import { logEffects } from "../../mcp-server/src/run/effects/log-effects.ts";
import { logGitMoves } from "../../mcp-server/src/run/effects/log-git-moves.ts";
import { FileSystemClock } from "../../mcp-server/src/run/effects/look/file-system-clock.ts";
import { LastLook } from "../../mcp-server/src/run/effects/look/last-look.ts";
import { OutlivedProcesses } from "../../mcp-server/src/run/effects/look/outlived-processes.ts";
import { SharedCalls } from "../../mcp-server/src/run/effects/shared-calls.ts";
import { changeGraph } from "../../mcp-server/src/run/plan/plan-transaction.ts";
import { createContext } from "../../mcp-server/src/run/project/run-context.ts";
import { put, repository, task, tokenIn } from "./checkout.ts";
import { graphOf, logOf } from "./graph-file.ts";
import { emptyEnvironment } from "./temporary-folder.ts";

/** Plans `p` and `q` with a task each at work, and the servers of sessions that watch. */
export async function effectsAtWork({
  now = Date.now,
  writes = ["src/1.ts"],
  maxEntries = 10_000,
  beats = false,
} = {}) {
  const root = await repository({ "src/1.ts": "one", "src/2.ts": "two", "src/free.ts": "free" });
  const facts = { directory: root, env: emptyEnvironment(), parentPid: process.pid, pluginRoot: "nowhere" };
  const ctx = await createContext({ ...facts, now: Date.now });
  onTestFinished(() => ctx.close());
  const attempts: AttemptId[] = [];
  for (const [plan, name, own] of [
    ["p", "1", writes],
    ["q", "2", ["src/2.ts"]],
  ] as const) {
    await createPlan(ctx, "main", { plan, tasks: [task(name, { writes: own })] });
    const { launch } = await nextBatch(ctx, "main", plan, undefined);
    const token = tokenIn(launch[0]?.prompt ?? "");
    await getTask(ctx, "main", undefined, { task: `${plan}/${name}`, token });
    attempts.push(Number(token.split("-")[0]) as AttemptId);
  }
  const store = await ctx.createGraph();
  const folder = join(root, ".git", "parallel");
  const held = () => store.read((reader) => reader.held(ctx.checkoutKey));
  let processLooks = 0;
  const lookForProcesses = () => {
    processLooks++;
    return runningProcesses();
  };
  /** The first session is the one that holds the claims. */
  const ownerOf = (session: number) =>
    session === 0 ? ctx.owner : { host: "h", pid: session, startedAt: "0" };
  const clock = new FileSystemClock(join(folder, "clock"), Date.now);
  const watches = new Map<number, EffectWatch>();
  /** The watch of a session's server, which starts with its first use. */
  const watchOf = async (session: number) => {
    const known = watches.get(session);
    if (known) return known;
    const watch = new EffectWatch({
      git: new GitWatch(root, Date.now),
      heldFiles: new HeldFiles(root, false, clock.now, { maxEntries }),
      kept: new KeptFiles(join(folder, "kept")),
      shared: new SharedCalls(join(folder, "calls"), ownerOf(session)),
      lastLook: new LastLook(join(folder, "calls"), ownerOf(session)),
      outlived: new OutlivedProcesses(root, lookForProcesses),
      now,
      isDead: async () => false,
      beats,
    });
    watches.set(session, watch);
    return watch;
  };
  const first = await watchOf(0);
  await first.hear({ kind: "refused", call: "none" }, await held());
  await first.readFirst();
  const hear = async (signal: HeardSignal, session = 0) => {
    const watch = await watchOf(session);
    const seen = await watch.hear(signal, await held());
    for (const moved of watch.takeGitMoves()) {
      await changeGraph(ctx, store, "server", (tx) => logGitMoves(tx, ctx.checkoutKey, moved));
    }
    if (seen) await changeGraph(ctx, store, "server", (tx) => logEffects(tx, seen));
    return seen;
  };
  /** @param worker the attempt with that place, or nobody's agent. */
  const begin = (call: string, worker: number | undefined, session = 0) => {
    const attempt = worker === undefined ? undefined : attempts[worker];
    const caller = {
      session: `session-${session}`,
      agentId: `agent-${worker}`,
      ...(attempt !== undefined && { attempt, task: ["p/1", "q/2"][worker ?? 0] ?? "" }),
    };
    return hear({ kind: "began", call, tool: "Bash", caller }, session);
  };
  return {
    ctx,
    root,
    attempts,
    begin,
    /** The first session's server is gone as one that is killed; its next use starts another. */
    kill: () => watches.delete(0),
    processLooks: () => processLooks,
    beat: () => watches.get(0)?.beat(),
    hear,
    end: (call: string, session = 0) => hear({ kind: "ended", call, durationMs: 1 }, session),
    write: (path: string, text: string) => put(root, { [path]: text }),
    kept: new KeptFiles(join(folder, "kept")),
    gitMovesIn: async (plan: string) => {
      const events = await store.read(async (reader) => {
        const stored = (await reader.plans(ctx.repository)).find(({ slug }) => slug === plan);
        return stored && (await reader.events(stored.id));
      });
      return gitMovesOf(plan as PlanSlug, events ?? []);
    },
    logged: () =>
      logOf(graphOf(root)).flatMap(({ type, planId, data }) => {
        if (type !== "files.changed") return [];
        const { calls, files } = data as unknown as {
          calls: { id: string }[];
          files: { path: string; by: string; call?: string }[];
        };
        return files.map(({ path, by, call }) => [planId, path, by, call ?? calls.map((one) => one.id)]);
      }),
  };
}

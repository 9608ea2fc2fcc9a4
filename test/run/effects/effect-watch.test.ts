import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import { ABSENT } from "../../../mcp-server/src/graph/effect.ts";
import type { PlanSlug } from "../../../mcp-server/src/graph/task.ts";
import { getTask } from "../../../mcp-server/src/run/briefs/get-task.ts";
import { nextBatch } from "../../../mcp-server/src/run/claims/next-batch.ts";
import { createPlan } from "../../../mcp-server/src/run/edits/create-plan.ts";
import { EffectWatch, type HeardSignal } from "../../../mcp-server/src/run/effects/effect-watch.ts";
import { idOfBytes } from "../../../mcp-server/src/run/effects/file-content.ts";
import { HeldFiles } from "../../../mcp-server/src/run/effects/held-files.ts";
import { KeptFiles } from "../../../mcp-server/src/run/effects/kept-files.ts";
import { logEffects } from "../../../mcp-server/src/run/effects/log-effects.ts";
import { SharedCalls } from "../../../mcp-server/src/run/effects/shared-calls.ts";
import { changeGraph } from "../../../mcp-server/src/run/plan/plan-transaction.ts";
import { createContext } from "../../../mcp-server/src/run/project/run-context.ts";
import { put, repository, task, tokenIn } from "../../support/checkout.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import { emptyEnvironment } from "../../support/temporary-folder.ts";

const id = (text: string) => idOfBytes(Buffer.from(text));

/** Plans `p` and `q` with a task each at work, and the servers of sessions that watch. */
async function atWork({ now = Date.now, writes = ["src/1.ts"], maxEntries = 10_000 } = {}) {
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
  const watches = new Map<number, EffectWatch>();
  /** The watch of a session's server, which starts with its first use. */
  const watchOf = async (session: number) => {
    const known = watches.get(session);
    if (known) return known;
    const watch = new EffectWatch({
      heldFiles: new HeldFiles(root, false, Date.now, { maxEntries }),
      kept: new KeptFiles(join(folder, "kept")),
      shared: new SharedCalls(join(folder, "calls"), { host: "h", pid: session, startedAt: "0" }),
      now,
      isDead: async () => false,
    });
    watches.set(session, watch);
    await watch.hear({ kind: "refused", call: "none" }, await held());
    await watch.readFirst(() => true);
    return watch;
  };
  await watchOf(0);
  const hear = async (signal: HeardSignal, session = 0) => {
    const seen = await (await watchOf(session)).hear(signal, await held());
    if (seen) await changeGraph(ctx, store, "server", (tx) => logEffects(tx, seen));
    return seen;
  };
  /** @param worker the attempt with that place, or nobody's agent. */
  const begin = (call: string, worker: number | undefined, session = 0) => {
    const attempt = worker === undefined ? undefined : attempts[worker];
    const caller = {
      session: `session-${session}`,
      agentId: `agent-${worker}`,
      ...(attempt !== undefined && { attempt }),
    };
    return hear({ kind: "began", call, tool: "Bash", caller }, session);
  };
  return {
    root,
    attempts,
    begin,
    hear,
    end: (call: string, session = 0) => hear({ kind: "ended", call, durationMs: 1 }, session),
    write: (path: string, text: string) => put(root, { [path]: text }),
    kept: new KeptFiles(join(folder, "kept")),
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

describe("watching what claims hold", () => {
  it("a call that writes into what another holds is named for certain, both versions are kept, and both plans tell it", async () => {
    const { begin, end, write, hear, attempts, logged, kept } = await atWork();
    await begin("holder", 0);
    write("src/1.ts", "the holder's work");
    expect(await end("holder")).toMatchObject({ files: [{ path: "src/1.ts", by: "own" }] });
    await begin("intruder", 1);
    write("src/1.ts", "overwritten");
    write("src/free.ts", "nobody's");
    const seen = await end("intruder");
    expect(seen?.files).toEqual([
      {
        path: "src/1.ts",
        holder: attempts[0],
        before: id("the holder's work"),
        after: id("overwritten"),
        by: "certain",
        call: "intruder",
      },
    ]);
    expect(kept.read("p" as PlanSlug, id("the holder's work"))?.toString()).toBe("the holder's work");
    expect(kept.read("p" as PlanSlug, id("overwritten"))?.toString()).toBe("overwritten");
    expect(await hear({ kind: "ended", call: "intruder" })).toBeUndefined();
    expect(logged()).toEqual([
      [1, "src/1.ts", "own", ["holder"]],
      [1, "src/1.ts", "certain", "intruder"],
      [2, "src/1.ts", "certain", "intruder"],
    ]);
  });

  it("beside another call, of the holder or of whom ever, all that ran are named", async () => {
    for (const other of [0, undefined]) {
      const { begin, end, root, logged } = await atWork();
      await begin("other", other);
      await begin("intruder", 1);
      rmSync(join(root, "src/1.ts"));
      const seen = await end("intruder");
      expect(seen).toMatchObject({
        calls: [{ id: "other" }, { id: "intruder" }],
        files: [{ path: "src/1.ts", before: id("one"), after: ABSENT, by: "uncertain" }],
      });
      expect(logged()).toHaveLength(2);
    }
  });

  it("what changes while no call runs is a person's", async () => {
    const { begin, write, logged } = await atWork();
    write("src/2.ts", "typed by hand");
    expect(await begin("1", 0)).toMatchObject({ calls: [], files: [{ path: "src/2.ts", by: "nobody" }] });
    expect(logged()).toEqual([[2, "src/2.ts", "nobody", []]]);
  });

  it("calls of another session count, and what both servers see is logged once", async () => {
    const { begin, end, write, logged } = await atWork();
    await begin("theirs", undefined, 1);
    await begin("ours", 1, 0);
    write("src/1.ts", "x");
    expect(await end("ours", 0)).toMatchObject({ files: [{ by: "uncertain" }] });
    expect(await end("theirs", 1)).toMatchObject({ files: [{ path: "src/1.ts" }] });
    expect(logged().map(([plan, path, by]) => [plan, path, by])).toEqual([
      [1, "src/1.ts", "uncertain"],
      [2, "src/1.ts", "uncertain"],
    ]);
  });

  it("a call that was in flight when its server was killed ends with the end that the next server hears", async () => {
    const { begin, end, write } = await atWork();
    await begin("1", 0, 0);
    await end("1", 2);
    write("src/1.ts", "x");
    expect(await begin("2", 1, 2)).toMatchObject({ calls: [], files: [{ by: "nobody" }] });
  });

  it("what a call left running is named until its end is announced", async () => {
    const { begin, hear, write } = await atWork();
    await begin("server", 1);
    await hear({ kind: "left-running", call: "server", work: "w", durationMs: 1 });
    await hear({ kind: "caller-ended", session: "session-0", agentId: "agent-1" });
    write("src/1.ts", "late");
    const ended = await hear({ kind: "work-ended", session: "session-0", work: "w" });
    expect(ended).toMatchObject({ files: [{ by: "certain", call: "server" }] });
  });

  it("nothing is certain where the clock was set back meanwhile", async () => {
    let offsetMs = 0;
    const { begin, end, write } = await atWork({ now: () => Date.now() + offsetMs });
    await begin("1", 1);
    offsetMs = -3_600_000;
    write("src/1.ts", "x");
    expect(await end("1")).toMatchObject({
      doubts: ["the clock was set back"],
      files: [{ by: "uncertain" }],
    });
  });

  it("of very many changed files the first are listed and the rest is a number", async () => {
    const { begin, end, write } = await atWork({ writes: ["src/new/**"] });
    await begin("1", 0);
    for (let n = 0; n < 510; n++) write(`src/new/${n}.ts`, "");
    const seen = await end("1");
    expect([seen?.files.length, seen?.unlisted, seen?.isIncomplete]).toEqual([500, 10, undefined]);
  });

  it("where more is held than is looked at, the effects say so", async () => {
    const { begin, end, write } = await atWork({ writes: ["src/new/**"], maxEntries: 5 });
    await begin("1", 0);
    for (let n = 0; n < 10; n++) write(`src/new/${n}.ts`, "");
    const seen = await end("1");
    expect(seen?.isIncomplete).toBe(true);
    expect(seen?.files.length).toBeLessThan(5);
  });
});

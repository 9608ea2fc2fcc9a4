import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Band, bandOf, choosePlan, type Shown } from "../../mcp-server/src/run/live/band-file.ts";
import { ASKED_HOLDS_MS } from "../../mcp-server/src/run/live/band-writer.ts";
import { breakdown, repository, task } from "../support/checkout.ts";
import { graphOf, query } from "../support/graph-file.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { simulatedPlan } from "./simulated-plan.ts";

type Written = Band & { readonly writtenAtMs: number };

let uses = 0;

/** A session whose view asks the server, and the folder in which that writes. */
async function session() {
  const folder = await repository({ "specs/auth/03-tasks.json": breakdown([task("1"), task("2")]) });
  const data = join(temporaryFolder(), "data");
  const env = { CLAUDE_CODE_ENTRYPOINT: "cli", CLAUDE_PLUGIN_DATA: data, PARALLEL_REVIEW: "off" };
  const server = await ParallelServer.start(folder, { env });
  const ask = async (request: Readonly<Record<string, unknown>>) => {
    uses += 1;
    const { content, isError } = await server.raw("batch_collect", request, {
      toolUseId: `toolu_plugin_${uses}`,
    });
    const [block] = content;
    const text = block?.type === "text" ? block.text : "";
    return isError ? { error: text } : (JSON.parse(text) as Record<string, string>);
  };
  const watch = async () => (await ask({ engine: "watch" })).file as string;
  return { folder, data, server, ask, watch };
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 200; i += 1) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it was waited in vain");
}

function read(file: string): Written | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Written) : undefined;
}

describe("the file that the view in Claude Code reads", () => {
  it("says what the plan is at, is rewritten when something has happened, and is for nobody else", async () => {
    const { server, watch } = await session();
    await server.call("plan_create", { plan: "auth", from: "specs/auth" });
    const file = await watch();
    const first = await until(() => read(file));
    expect(first.head).toMatchObject({ plan: "auth", counts: { total: 2, completed: 0 } });
    expect(first.rows.map(({ id }) => id)).toEqual(["1", "2"]);
    expect(statSync(file).mode & 0o077).toBe(0);
    await server.call("task_update", { task: "auth/1", status: "cancelled" });
    const next = await until(() => {
      const now = read(file);
      return now && now.head.seq > first.head.seq ? now : undefined;
    });
    expect(next.head.counts).toMatchObject({ cancelled: 1 });
    expect(next.rows.map(({ id }) => id)).toEqual(["2"]);
  });

  it("is not written while nothing happens, and not before there is a plan", async () => {
    const { server, data, watch } = await session();
    const file = await watch();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(existsSync(data)).toBe(false);
    await server.call("plan_create", { plan: "auth", from: "specs/auth" });
    await until(() => read(file));
    const before = statSync(file).mtimeMs;
    expect(await watch()).toBe(file);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(statSync(file).mtimeMs).toBe(before);
  });

  it("is removed a minute after somebody has asked, not written whatever happens then, and there again when asked for", async () => {
    const { server, data, watch } = await session();
    const real = performance.now.bind(performance);
    let aheadMs = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => real() + aheadMs);
    onTestFinished(() => clock.mockRestore());
    await server.call("plan_create", { plan: "auth", from: "specs/auth" });
    const file = await watch();
    const first = await until(() => read(file));
    aheadMs += ASKED_HOLDS_MS - 20_000;
    await watch();
    aheadMs += ASKED_HOLDS_MS - 20_000;
    await server.call("task_update", { task: "auth/1", status: "cancelled" });
    await until(() => ((read(file)?.head.seq ?? 0) > first.head.seq ? true : undefined));
    aheadMs += 20_000;
    await until(() => (existsSync(file) ? undefined : true));
    await server.call("task_update", { task: "auth/2", status: "cancelled" });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(readdirSync(data)).toEqual([]);
    expect(await watch()).toBe(file);
    expect((await until(() => read(file))).head.counts).toMatchObject({ cancelled: 2 });
  });

  it("is removed with the server, as is what a killed one has left behind long ago", async () => {
    const { server, data, watch } = await session();
    await server.call("plan_create", { plan: "auth", from: "specs/auth" });
    mkdirSync(data);
    const left = join(data, `band-${"0".repeat(32)}.json`);
    writeFileSync(left, "{}");
    utimesSync(left, 1, 1);
    const file = await watch();
    await until(() => read(file));
    expect(readdirSync(data)).toEqual([basename(file)]);
    await server.close();
    expect(readdirSync(data)).toEqual([]);
  });
});

describe("what of a plan the view is told", () => {
  it("is no more of a plan of thousands than of one of dozens", () => {
    const plan = simulatedPlan({ tasks: 3_000, trouble: 3 });
    const half = plan.snapshotAt((plan.startMs + plan.endMs) / 2);
    const band = bandOf(half, {}, 0);
    expect(JSON.stringify(band).length).toBeLessThan(50_000);
    const open = half.tasks.filter(({ group }) => group !== "done").length;
    expect(band.rows.length + band.left).toBe(open);
    expect(band.needed).toBe(half.needs.length);
  });
});

describe("what the person at the view wants done", () => {
  it("is done as by the tools, and logged as done by a person", async () => {
    const { folder, server, ask } = await session();
    await server.call("plan_create", { plan: "auth", from: "specs/auth" });
    const act = (action: object) => ask({ engine: "act", plan: "auth", seq: 1_000, ...action });
    expect(await act({ do: "cancel", task: "1" })).toMatchObject({ text: "1 is cancelled." });
    expect(await act({ do: "retry", task: "1", text: "Try the other way." })).toMatchObject({ done: true });
    expect(await act({ do: "pause" })).toMatchObject({ done: true });
    expect(await act({ do: "cancel", task: "1", seq: 1 })).toMatchObject({ done: false, stale: true });
    expect(await act({ do: "retry" })).toMatchObject({ error: expect.stringContaining("Name the task.") });
    expect(await act({ do: "cancel", task: "9" })).toMatchObject({ error: expect.stringContaining("9") });
    const done = query(graphOf(folder), "select type, actor from events where actor = 'person' order by seq");
    expect(done.map(({ type }) => type)).toEqual([
      "task.status",
      "task.annotated",
      "task.status",
      "plan.status",
    ]);
  });

  it("is asked for by modules of the host only", async () => {
    const { server } = await session();
    await server.call("plan_create", { plan: "auth", from: "specs/auth" });
    const { isError } = await server.raw("batch_collect", {
      engine: "act",
      plan: "auth",
      seq: 1,
      do: "stop",
    });
    expect(isError).toBe(true);
  });
});

describe("which plan is shown", () => {
  const plan = (name: string, rest: Partial<Shown> = {}): Shown => ({
    ...{ plan: name, isOwn: false, isAtWork: false, isOver: false },
    ...rest,
  });

  it("is the session's own at which somebody works, then its own, then one at work, then the newest", () => {
    const own = plan("own", { isOwn: true });
    const atWork = plan("at-work", { isAtWork: true });
    const both = plan("both", { isOwn: true, isAtWork: true });
    const newest = plan("newest");
    expect(choosePlan([newest, atWork, own, both], undefined)).toBe(both);
    expect(choosePlan([newest, atWork, own], undefined)).toBe(own);
    expect(choosePlan([newest, atWork], undefined)).toBe(atWork);
    expect(choosePlan([newest], undefined)).toBe(newest);
  });

  it("is one that has ended only as long as it was shown before and no other is at work", () => {
    const over = plan("over", { isOwn: true, isOver: true });
    expect(choosePlan([over], undefined)).toBeUndefined();
    expect(choosePlan([plan("new"), over], "over")).toBe(over);
    expect(choosePlan([plan("new", { isAtWork: true }), over], "over")?.plan).toBe("new");
  });
});

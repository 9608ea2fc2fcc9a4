import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CallSignal, CallsInFlight } from "../../../mcp-server/src/policy/effects/calls-in-flight.ts";
import { SharedCalls } from "../../../mcp-server/src/run/effects/shared-calls.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const owner = (pid: number) => ({ host: "h", pid, startedAt: `${pid}` });
const SILENT = "the server of another session does not tell of its calls";
const nobodyIsDead = async () => false;

const began = (call: string, atMs: number): CallSignal => {
  return { kind: "began", call, tool: "Bash", caller: { session: "s", agentId: "a" }, atMs };
};

/** Servers of a checkout, and what the first of them has heard of the others. */
function servers(count: number) {
  const folder = join(temporaryFolder(), "calls");
  const all = Array.from({ length: count }, (_, n) => new SharedCalls(folder, owner(n)));
  const calls = new CallsInFlight();
  const hear = async (nowMs = 1_000_000, isDead: Parameters<SharedCalls["hear"]>[2] = nobodyIsDead) => {
    const doubts = await all[0]?.hear(calls, nowMs, isDead);
    return { doubts, open: calls.open.map(({ id }) => id) };
  };
  return {
    folder,
    calls,
    hear,
    tell: (server: number, signal: CallSignal) => all[server]?.tell(signal),
    all,
  };
}

describe("calls of the servers of a checkout", () => {
  it("each server hears of the calls of the others, once and in order", async () => {
    const { tell, hear, calls } = servers(3);
    expect(await hear()).toEqual({ doubts: [], open: [] });
    tell(1, began("1", 1_000));
    tell(2, began("2", 1_000));
    expect((await hear()).open.sort()).toEqual(["1", "2"]);
    tell(1, { kind: "ended", call: "1", atMs: 2_000, durationMs: 500 });
    tell(2, { kind: "left-running", call: "2", work: "w", atMs: 2_000 });
    tell(2, { kind: "caller-ended", session: "s", agentId: "a", atMs: 2_001 });
    expect((await hear()).open).toEqual(["2"]);
    expect(
      calls
        .between(2_049, 3_000)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(["1", "2"]);
    tell(2, { kind: "work-ended", session: "s", work: "w", atMs: 3_000 });
    expect((await hear()).open).toEqual([]);
  });

  it("stamps of another process count with a margin", async () => {
    const { tell, hear, calls } = servers(2);
    tell(1, began("1", 1_000));
    tell(1, { kind: "ended", call: "1", atMs: 2_000 });
    await hear();
    for (const [fromMs, toMs] of [
      [900, 999],
      [2_001, 2_100],
    ] as const)
      expect(calls.between(fromMs, toMs)).toHaveLength(1);
    expect(calls.between(2_100, 2_200)).toHaveLength(0);
  });

  it("a call that began with a killed server is in flight until the next server of its session hears its end", async () => {
    const { tell, hear, folder } = servers(3);
    tell(1, began("1", 1_000));
    expect((await hear()).open).toEqual(["1"]);
    tell(2, { kind: "ended", call: "1", atMs: 2_000 });
    expect((await hear()).open).toEqual([]);
    // Whoever comes later reads both files, in whatever order.
    const late = new CallsInFlight();
    await new SharedCalls(folder, owner(9)).hear(late, 3_000, nobodyIsDead);
    expect(late.open).toEqual([]);
    expect(late.between(1_500, 1_600)).toHaveLength(1);
  });

  it("calls of a process that is gone have ended, nobody knows when, and its file is removed", async () => {
    const { tell, hear, folder, calls } = servers(3);
    tell(1, began("1", 1_000));
    tell(1, { kind: "left-running", call: "1", work: "w", atMs: 1_100 });
    tell(2, began("2", 1_000));
    tell(2, { kind: "ended", call: "2", atMs: 1_000 });
    const lateMs = Date.now() + 60_000;
    expect((await hear(lateMs, async ({ pid }) => pid === 2)).open).toEqual(["1"]);
    expect(calls.doubtsBetween(lateMs - 10, lateMs)).toEqual([]);
    expect((await hear(lateMs, async ({ pid }) => pid === 1)).open).toEqual([]);
    expect(calls.between(lateMs - 10, lateMs)).toHaveLength(1);
    expect(calls.doubtsBetween(lateMs - 10, lateMs)).toEqual(["a session ended while calls of it ran"]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("a file that grew too long is begun anew with the calls that are in flight", async () => {
    const { tell, hear, folder, calls } = servers(2);
    tell(1, began("first", 1));
    tell(1, began("ends", 2));
    expect((await hear(3)).open.sort()).toEqual(["ends", "first"]);
    const largest = () => Math.max(...readdirSync(folder).map((name) => statSync(join(folder, name)).size));
    for (let n = 0; n < 9_000; n++) {
      tell(1, began(`call-${n}`, 10 + n));
      tell(1, { kind: "ended", call: `call-${n}`, atMs: 10 + n });
      if (n === 100) tell(1, { kind: "ended", call: "ends", atMs: 110 });
    }
    expect(largest()).toBeLessThan(1024 * 1024 + 1);
    expect((await hear()).open).toEqual(["first"]);
    // What ended before the file was begun anew is not told any more.
    expect(calls.doubtsBetween(5_000, 5_001)).toHaveLength(1);
    expect(calls.doubtsBetween(30_000, 30_001)).toEqual([]);
    tell(1, { kind: "ended", call: "first", atMs: 20_000 });
    expect((await hear()).open).toEqual([]);
  });

  it.skipIf(process.platform !== "linux")(
    "what a full disk does not take is told as soon as it does, and until then nobody takes silence for no calls",
    async () => {
      const { tell, hear, folder, all, calls } = servers(2);
      for (let n = 0; n < 4_800; n++) {
        tell(1, began(`call-${n}`, 1));
        tell(1, { kind: "ended", call: `call-${n}`, atMs: 2 });
      }
      const [name = ""] = readdirSync(folder);
      const markedMs = () => statSync(join(folder, name)).mtimeMs;
      expect((await hear(Date.now())).doubts).toEqual([]);
      symlinkSync("/dev/full", join(folder, `${name}.new`));
      for (let n = 0; markedMs() > 0; n++) {
        tell(1, began(`more-${n}`, 1_000));
        tell(1, { kind: "ended", call: `more-${n}`, atMs: 1_001 });
      }
      tell(1, began("1", 1_002));
      expect(await hear(Date.now())).toMatchObject({ doubts: [SILENT] });
      all[1]?.beat(Date.now());
      expect((await hear(Date.now())).doubts).toEqual([SILENT]);
      rmSync(join(folder, `${name}.new`));
      const againMs = Date.now();
      all[1]?.beat(againMs);
      expect(await hear(againMs)).toEqual({ doubts: [], open: ["1"] });
      // Calls that began and ended meanwhile were told to nobody.
      expect(calls.doubtsBetween(againMs - 1, againMs)).toEqual([
        "calls of another session may not have been told",
      ]);
      expect(calls.doubtsBetween(againMs + 1, againMs + 2)).toEqual([]);
    },
  );

  it("a server that cannot tell of its own calls is not sure of those of others either", async () => {
    const { tell, hear, folder } = servers(1);
    writeFileSync(folder, "in the way");
    tell(0, began("1", 1_000));
    expect((await hear()).doubts).toEqual(["calls could not be told to other sessions"]);
  });

  it("of a session that is at work and tells nothing, or has stopped to, calls may be missing", async () => {
    const { tell, hear, all, calls, folder } = servers(3);
    const heard = (owners: readonly ReturnType<typeof owner>[], isDead = nobodyIsDead) =>
      all[0]?.hear(calls, Date.now(), isDead, owners);
    expect(await heard([owner(0)])).toEqual([]);
    expect(await heard([owner(1)])).toEqual([SILENT]);
    expect(await heard([owner(1)], async () => true)).toEqual([]);
    tell(1, began("1", 1_000));
    expect(await heard([owner(1)])).toEqual([]);
    const soon = Date.now() + 5_000;
    expect((await hear(soon)).doubts).toEqual([SILENT]);
    all[1]?.beat(soon);
    expect((await hear(soon)).doubts).toEqual([]);
    // The next server of the same session speaks for it.
    const next = new SharedCalls(folder, owner(1));
    expect(next.predecessorMs).toBeCloseTo(soon, -1);
    next.tell(began("2", 2_000));
    expect(await heard([owner(1)])).toEqual([]);
  });

  it.skipIf(process.platform === "win32")(
    "only this user can read the calls, and they are gone with their server unless one is in flight",
    async () => {
      const { tell, folder, all } = servers(1);
      tell(0, began("1", 1_000));
      const [name = ""] = readdirSync(folder);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(folder, name), "utf8").split("\n")).toHaveLength(3);
      all[0]?.close();
      expect(readdirSync(folder)).toEqual([name]);
      tell(0, { kind: "ended", call: "1", atMs: 1_001 });
      all[0]?.close();
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});

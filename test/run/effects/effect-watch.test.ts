import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ABSENT } from "../../../mcp-server/src/graph/effect.ts";
import type { PlanSlug } from "../../../mcp-server/src/graph/task.ts";
import { idOfBytes } from "../../../mcp-server/src/run/effects/file-content.ts";
import { eventually, isAlive } from "../../e2e/harness/processes.ts";
import { effectsAtWork } from "../../support/effects-at-work.ts";
import { git } from "../../support/git.ts";

const id = (text: string) => idOfBytes(Buffer.from(text));

describe("watching what claims hold", () => {
  it("a call that writes into what another holds is named for certain, both versions are kept, and both plans tell it", async () => {
    const { begin, end, write, hear, attempts, logged, kept } = await effectsAtWork();
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
      const { begin, end, root, logged } = await effectsAtWork();
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
    const { begin, write, logged } = await effectsAtWork();
    write("src/2.ts", "typed by hand");
    expect(await begin("1", 0)).toMatchObject({ calls: [], files: [{ path: "src/2.ts", by: "nobody" }] });
    expect(logged()).toEqual([[2, "src/2.ts", "nobody", []]]);
  });

  it("calls of another session count, and what both servers see is logged once", async () => {
    const { begin, end, write, logged } = await effectsAtWork();
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
    const { begin, end, write } = await effectsAtWork();
    await begin("1", 0, 0);
    await end("1", 2);
    write("src/1.ts", "x");
    expect(await begin("2", 1, 2)).toMatchObject({ calls: [], files: [{ by: "nobody" }] });
  });

  it("what a call left running is named until its end is announced", async () => {
    const { begin, hear, write } = await effectsAtWork();
    await begin("server", 1);
    await hear({ kind: "left-running", call: "server", work: "w", durationMs: 1 });
    await hear({ kind: "caller-ended", session: "session-0", agentId: "agent-1" });
    write("src/1.ts", "late");
    const ended = await hear({ kind: "work-ended", session: "session-0", work: "w" });
    expect(ended).toMatchObject({ files: [{ by: "certain", call: "server" }] });
  });

  it("a server that begins where another was killed finds what has changed since that one's last look, made and removed files too", async () => {
    const { begin, end, write, root, kept, attempts, kill } = await effectsAtWork({ writes: ["src/own/**"] });
    await begin("holder", 0);
    write("src/own/a.ts", "the holder's work");
    write("src/own/gone.ts", "gone");
    await end("holder");
    kill();
    write("src/own/a.ts", "overwritten");
    write("src/own/new.ts", "new");
    rmSync(join(root, "src/own/gone.ts"));
    const seen = await begin("first", 0);
    expect(
      seen?.files.map(({ path, holder, before, after }) => [path, holder, before, after]).sort(),
    ).toEqual([
      ["src/own/a.ts", attempts[0], id("the holder's work"), id("overwritten")],
      ["src/own/gone.ts", attempts[0], id("gone"), ABSENT],
      ["src/own/new.ts", attempts[0], ABSENT, id("new")],
    ]);
    expect(seen?.doubts).toEqual(["a server was started anew, and calls may run that began before"]);
    expect(kept.read("p" as PlanSlug, id("overwritten"))?.toString()).toBe("overwritten");
    expect(await end("first")).toBeUndefined();
    kill();
    expect(await begin("second", 0)).toBeUndefined();
  });

  it("a session that begins on its own goes on from the last look of another, and is certain", async () => {
    const { begin, end, write } = await effectsAtWork();
    write("src/1.ts", "typed by hand");
    expect(await begin("1", 1, 1)).toMatchObject({ calls: [], files: [{ path: "src/1.ts", by: "nobody" }] });
    write("src/1.ts", "x");
    expect(await end("1", 1)).toMatchObject({ files: [{ by: "certain", call: "1" }] });
  });

  it("nothing is certain of a time in which this server did not run, nor shortly after it", async () => {
    let offsetMs = 0;
    const { begin, end, write, beat } = await effectsAtWork({
      now: () => Date.now() + offsetMs,
      beats: true,
    });
    const doubts = ["a server did not run for a while, and calls may have begun meanwhile"];
    await begin("1", 1);
    offsetMs = 60_000;
    write("src/1.ts", "x");
    expect(await end("1")).toMatchObject({ doubts, files: [{ by: "uncertain" }] });
    write("src/1.ts", "y");
    expect(await begin("2", 1)).toMatchObject({ doubts, files: [{ by: "uncertain" }] });
    for (let second = 0; second < 6; second++) {
      offsetMs += 1_000;
      beat();
    }
    await end("2");
    await begin("3", 1);
    write("src/1.ts", "z");
    expect(await end("3")).toMatchObject({ files: [{ by: "certain" }] });
  });

  it("nothing is certain where the clock was set back meanwhile", async () => {
    let offsetMs = 0;
    const { begin, end, write } = await effectsAtWork({ now: () => Date.now() + offsetMs });
    await begin("1", 1);
    offsetMs = -3_600_000;
    write("src/1.ts", "x");
    expect(await end("1")).toMatchObject({
      doubts: ["the clock was set back"],
      files: [{ by: "uncertain" }],
    });
  });

  it("what moves in git is logged once in each plan with who ran, and a commit of the main conversation alone is not", async () => {
    const { root, begin, end, hear, gitMovesIn } = await effectsAtWork();
    const commit = () => git(root, "commit", "--quiet", "--allow-empty", "--message", "x");
    await hear({ kind: "began", call: "main", tool: "Bash", caller: { session: "session-0" } });
    await commit();
    await hear({ kind: "ended", call: "main", durationMs: 1 });
    expect(await gitMovesIn("p")).toEqual([]);
    await commit();
    await begin("1", 0);
    expect(await gitMovesIn("q")).toEqual([
      expect.stringMatching(/ \(commit\) while no call ran \(by a person or another program\)$/),
    ]);
    await begin("2", 1, 1);
    await git(root, "reset", "--quiet", "--hard", "HEAD~1");
    await end("1");
    await end("2", 1);
    for (const plan of ["p", "q"]) {
      expect((await gitMovesIn(plan)).slice(1)).toEqual([
        expect.stringMatching(/^\w+ moved from \w{7} to \w{7} \(reset\) while .+ and .+ ran$/),
      ]);
    }
  });

  it("of very many changed files the first are listed and the rest is a number", async () => {
    const { begin, end, write } = await effectsAtWork({ writes: ["src/new/**"] });
    await begin("1", 0);
    for (let n = 0; n < 510; n++) write(`src/new/${n}.ts`, "");
    const seen = await end("1");
    expect([seen?.files.length, seen?.unlisted, seen?.isIncomplete]).toEqual([500, 10, undefined]);
  });

  it("where more is held than is looked at, the effects say so", async () => {
    const { begin, end, write } = await effectsAtWork({ writes: ["src/new/**"], maxEntries: 5 });
    await begin("1", 0);
    for (let n = 0; n < 10; n++) write(`src/new/${n}.ts`, "");
    const seen = await end("1");
    expect(seen?.isIncomplete).toBe(true);
    expect(seen?.files.length).toBeLessThan(5);
  });
});

/** A shell as the host starts one for a call, which leaves a process behind that runs until the test ends. */
async function leavesBehind(folder: string, env: Readonly<Record<string, string>>): Promise<number> {
  const command = "sleep 600 >/dev/null 2>&1 & echo $!";
  const shell = spawn("sh", ["-c", command], { cwd: folder, env: { PATH, ...env }, detached: true });
  const [said] = (await once(shell.stdout, "data")) as [Buffer];
  const pid = Number(said.toString());
  onTestFinished(() => end(pid));
  await once(shell, "exit");
  return pid;
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

const { PATH = "" } = process.env;
const RAN_ON = ["a process that an earlier call had started ran on after it"];

describe.skipIf(process.platform === "win32")("a process that outlived its call", () => {
  it.each([
    ["with the mark of its session", { CLAUDE_PID: `${process.pid}` }],
    ["whose environment was cleared", {}],
  ])(
    "a process that outlived its call, %s, makes what changes later uncertain as long as it lives, and its call is named",
    async (_, env) => {
      const { begin, end: ends, write, root } = await effectsAtWork();
      await begin("one", 1);
      const pid = await leavesBehind(root, env);
      await ends("one");
      await begin("two", undefined);
      write("src/1.ts", "x");
      expect(await ends("two")).toMatchObject({
        doubts: RAN_ON,
        calls: [{ id: "two" }, { id: "one" }],
        files: [{ by: "uncertain" }],
      });
      write("src/1.ts", "y");
      const between = await begin("three", 1);
      expect(between).toMatchObject({ doubts: RAN_ON, files: [{ by: "uncertain" }] });
      // It may have started in each call of about that time, and runs on.
      const left = between?.calls.find((call) => call.id === "one");
      expect(left).toMatchObject({ tool: "Bash" });
      expect(left?.untilMs).toBeUndefined();
      await ends("three");
      end(pid);
      await eventually(() => !isAlive(pid));
      // It may have lived in a part of the time.
      write("src/1.ts", "z");
      expect(await begin("four", 1)).toMatchObject({ files: [{ by: "uncertain" }] });
      write("src/1.ts", "zz");
      expect(await ends("four")).toMatchObject({ files: [{ by: "certain", call: "four" }] });
    },
  );

  it("a process that outlived its call is no doubt about that call itself, and is looked for only where a change would be certain", async () => {
    const { begin, end: ends, write, root, processLooks } = await effectsAtWork();
    await begin("one", 1);
    await leavesBehind(root, { CLAUDE_PID: `${process.pid}` });
    await begin("own", 0);
    await ends("own");
    write("src/2.ts", "own");
    expect(processLooks()).toBe(0);
    await ends("one");
    expect(processLooks()).toBe(0);
    await begin("two", 0);
    await begin("three", undefined);
    write("src/1.ts", "x");
    expect(await ends("three")).toMatchObject({ files: [{ by: "uncertain" }] });
    expect(processLooks()).toBe(0);
    await ends("two");
  });

  it("a process that outlived its call does not make that call uncertain itself", async () => {
    const { begin, end: ends, write, root, processLooks } = await effectsAtWork();
    await begin("one", 1);
    await leavesBehind(root, { CLAUDE_PID: `${process.pid}` });
    write("src/1.ts", "x");
    expect(await ends("one")).toMatchObject({ files: [{ by: "certain", call: "one" }] });
    expect(processLooks()).toBe(1);
  });
});

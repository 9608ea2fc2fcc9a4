import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ABSENT } from "../../../mcp-server/src/graph/effect.ts";
import type { PlanSlug } from "../../../mcp-server/src/graph/task.ts";
import { idOfBytes } from "../../../mcp-server/src/run/effects/file-content.ts";
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

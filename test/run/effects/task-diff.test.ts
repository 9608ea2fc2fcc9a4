import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { taskDiff } from "../../../mcp-server/src/run/effects/versions/task-diff.ts";
import { effectsAtWork } from "../../support/effects-at-work.ts";

describe("what a task changed", () => {
  it("changes that follow one another are one diff against what stood there first", async () => {
    const { ctx, begin, end, write } = await effectsAtWork();
    for (const text of ["one\ntwo\n", "one\nthree\n"]) {
      await begin(text, 0);
      write("src/1.ts", text);
      await end(text);
    }
    const { files, uncertain } = await taskDiff(ctx, "p", "1");
    expect(uncertain).toEqual([]);
    expect(files).toMatchObject([{ path: "src/1.ts", kind: "changed" }]);
    expect(files[0]?.hunks).toBe("@@ -1 +1,2 @@\n-one\n\\ No newline at end of file\n+one\n+three\n");
  });

  it("what a call of it changed for certain in another's file is its own change, and not the holder's", async () => {
    const { ctx, begin, end, write } = await effectsAtWork();
    await begin("intruder", 1);
    write("src/1.ts", "theirs\n");
    await end("intruder");
    expect((await taskDiff(ctx, "p", "1")).files).toEqual([]);
    expect((await taskDiff(ctx, "q", "2")).files).toMatchObject([
      { path: "src/1.ts", hunks: expect.stringContaining("+theirs") },
    ]);
  });

  it("new and removed files are called so, and binary ones are only named", async () => {
    const { ctx, begin, end, write, root } = await effectsAtWork({ writes: ["src/1.ts", "src/new/**"] });
    await begin("1", 0);
    write("src/new/a.ts", "a\n");
    write("src/new/b.bin", "a\0b");
    rmSync(join(root, "src/1.ts"));
    await end("1");
    expect((await taskDiff(ctx, "p", "1")).files).toEqual([
      { path: "src/1.ts", kind: "removed", hunks: "@@ -1 +0,0 @@\n-one\n\\ No newline at end of file\n" },
      { path: "src/new/a.ts", kind: "added", hunks: "@@ -0,0 +1 @@\n+a\n" },
      { path: "src/new/b.bin", kind: "added", instead: "binary files differ" },
    ]);
  });

  it("what several calls may have changed is named and not shown", async () => {
    const { ctx, begin, end, write } = await effectsAtWork();
    await begin("holder", 0);
    await begin("other", 1);
    write("src/1.ts", "x");
    await end("other");
    expect(await taskDiff(ctx, "p", "1")).toMatchObject({ files: [], uncertain: ["src/1.ts"] });
  });
});

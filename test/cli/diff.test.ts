import { execFile } from "node:child_process";
import { describe, expect, it } from "vitest";
import { runCommand } from "../support/command-line.ts";
import { effectsAtWork } from "../support/effects-at-work.ts";

describe("parallel diff", () => {
  it("parallel diff prints a patch that git takes, and forgotten bytes are said to be missing", async () => {
    const { root, begin, end, write } = await effectsAtWork();
    expect(await runCommand(root, "diff", "p", "1")).toMatchObject({
      code: 0,
      out: "",
      err: expect.stringMatching(/^No change/),
    });
    await begin("1", 0);
    write("src/1.ts", "mine\n");
    await end("1");
    const { out } = await runCommand(root, "diff", "p", "1");
    expect(out).toMatch(
      /^diff --git a\/src\/1\.ts b\/src\/1\.ts\n--- a\/src\/1\.ts\n\+\+\+ b\/src\/1\.ts\n@@ /,
    );
    write("patch", out);
    const applied = await new Promise((resolve) =>
      execFile("git", ["apply", "--check", "--reverse", "patch"], { cwd: root }, (error) => resolve(error)),
    );
    expect(applied).toBeNull();
    expect(JSON.parse((await runCommand(root, "diff", "p", "1", "--json")).out).files).toHaveLength(1);
    expect(await runCommand(root, "restore", "p", "--forget")).toMatchObject({ code: 0 });
    expect((await runCommand(root, "diff", "p", "1")).out).toContain("what it wrote is missing");
  });

  it("parallel diff of a task that is not there ends with 2", async () => {
    const { root } = await effectsAtWork();
    expect(await runCommand(root, "diff", "p", "9")).toMatchObject({ code: 2, out: "" });
  });
});

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { task } from "../../support/checkout.ts";
import { twoAtWork } from "../../support/two-at-work.ts";

describe("a scope that the user has approved", () => {
  it("a scope that the user has approved lets files be edited without a prompt, but none that steers git, the host or this plugin, at any depth", async () => {
    const { folder, write } = await twoAtWork({ approve: "scope" }, [task("1", { writes: ["**"] })]);
    expect(await write(join(folder, "src/a/one.ts"))).toBe("allowed");
    for (const path of [
      "pkg/.claude/settings.json",
      "pkg/.vscode/tasks.json",
      "CLAUDE.local.md",
      "pkg/AGENTS.md",
      ".gitmodules",
      "pkg/.gitattributes",
    ]) {
      expect({ path, answer: await write(join(folder, path)) }).toEqual({ path, answer: "passes" });
    }
    expect(await write(join(folder, "sub/.git/config"))).not.toBe("allowed");
  });
});

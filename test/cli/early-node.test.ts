import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { breakdown, repository, task } from "../support/checkout.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";

const BIN = join(import.meta.dirname, "..", "..", "bin");

describe("an early release of Node 20", () => {
  it("has no AbortSignal.any, and parallel run executes a plan all the same", async () => {
    const folder = await repository({ "specs/p/03-tasks.json": breakdown([task("1")]) });
    const early = ["--import", "data:text/javascript,delete AbortSignal.any"];
    const run = ["run", "p", "--yes", "--agents", "command=1", "--command", "true {briefFile}"];
    const { all, exitCode } = await execa(process.execPath, [...early, join(BIN, "parallel"), ...run], {
      ...{ cwd: folder, env: emptyEnvironment(), extendEnv: false, reject: false, all: true },
    });
    expect(all).toContain("0 of 1 task");
    expect(all).not.toContain("AbortSignal");
    expect(exitCode).toBe(1);
  });

  it("takes a command without an ending for no module, so the commands are none", () => {
    expect(JSON.parse(readFileSync(join(BIN, "package.json"), "utf8"))).toEqual({ type: "commonjs" });
    for (const name of ["parallel", "parallel-tasks"])
      expect(readFileSync(join(BIN, name), "utf8")).not.toMatch(/^(?:import\s|export\s|await\s)/m);
  });
});

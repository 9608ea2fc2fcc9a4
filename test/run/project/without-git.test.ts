import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { breakdown, put, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { FILE } from "../../support/imported-plan.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("without a git repository", () => {
  it("without a git repository, a plan works, with its graph hidden in the project", async () => {
    const folder = temporaryFolder();
    put(folder, { [FILE]: breakdown([task("1")]) });
    const server = await ParallelServer.start(folder);
    await server.call("task_list", {});
    expect(await readdir(folder)).toEqual(["specs"]);
    await server.call("plan_create", { plan: "example", from: FILE });
    expect((await server.call("batch_next", { plan: "example" })).launch).toHaveLength(1);
    expect(readFileSync(join(folder, ".parallel", ".gitignore"), "utf8")).toBe("*\n");
    await git(folder, "init", "--quiet");
    expect(await git(folder, "status", "--porcelain")).toBe("?? specs/\n");
  });
});

import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository, task } from "../../support/checkout.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("a server for a folder that is gone", () => {
  it("a server for a folder that is gone says so to every call, and the remedy", async () => {
    const gone = join(temporaryFolder(), "gone");
    const server = await ParallelServer.start(gone);
    for (const [tool, input] of [
      ["task_list", {}],
      ["plan_create", { plan: "p", tasks: [task("1")] }],
    ] as const) {
      expect(await server.refused(tool, input)).toEqual({
        kind: "wrong_state",
        message: `The folder ${JSON.stringify(gone)} does not exist any more.`,
        remedy: "Start again in a folder that is there: the repository, or a folder in it.",
      });
    }
    expect(existsSync(gone)).toBe(false);
  });

  it("a server for a folder that is gone is none for a file in its place either", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const server = await ParallelServer.start(join(file, "project"));
    expect((await server.refused("task_list", {})).kind).toBe("wrong_state");
  });
});

describe("a checkout that is deleted while a server works in it", () => {
  it("a checkout that is deleted while a server works in it is not brought back by any call", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    rmSync(folder, { recursive: true });
    const calls = {
      plan_create: { plan: "q", tasks: [task("1")] },
      batch_next: { plan: "p" },
      task_list: {},
    };
    for (const [tool, input] of Object.entries(calls)) {
      expect((await server.refused(tool, input)).message).toContain("does not exist any more");
    }
    expect(existsSync(folder)).toBe(false);
  });

  it("a checkout that is deleted while a server works in it is worked in again once it is back", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    renameSync(folder, `${folder}-away`);
    await server.refused("task_list", { plan: "p" });
    renameSync(`${folder}-away`, folder);
    expect((await server.call("task_list", { plan: "p" })).plans).toMatchObject([{ plan: "p" }]);
  });
});

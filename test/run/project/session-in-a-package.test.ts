import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, repository, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { claimNow, done } from "../../support/worktrees.ts";

const FILES = { "packages/app/src/a.ts": "1\n", "packages/lib/x.ts": "1\n", "README.md": "1\n" };

async function startedInApp() {
  const folder = await repository(FILES);
  return { folder, server: await ParallelServer.start(join(folder, "packages/app")) };
}

describe("a session in a package of a repository", () => {
  it("a session in a package is told of paths that are meant from there, and of no others", async () => {
    const { server } = await startedInApp();
    const tasks = [
      task("1", { writes: ["src/a.ts"] }),
      task("2", { writes: ["src/new.ts", "src/**/*.css"] }),
      task("3", {
        writes: ["packages/lib/x.ts", "packages/app/src/b.ts", "made/**", "**/*.md", "README.md"],
      }),
    ];
    const { warnings } = await server.call("plan_create", { plan: "p", tasks });
    expect(warnings).toEqual([
      "Paths of tasks lead from the repository's top level, where there is no src/a.ts (1), src/new.ts (2), src/**/*.css (2); from packages/app, the folder of this session, there is. If that is meant, write it so: packages/app/src/a.ts.",
    ]);
    const more = [task("4", { writes: ["src/c.ts"] })];
    expect((await server.call("task_create", { plan: "p", tasks: more })).warnings?.join()).toContain(
      "src/c.ts (4)",
    );
  });

  it("a session in a package commits what its agents name from there, and their briefs say from where paths lead", async () => {
    const { folder, server } = await startedInApp();
    const tasks = [{ id: "1", subject: "Do it" }];
    await server.call("plan_create", { plan: "p", tasks, policy: { commit: "task", review: "off" } });
    const held = await claimNow(server, "p", "1");
    expect(held.brief).toContain(`Paths lead from the repository's top level, \`${folder}\``);
    put(folder, { "packages/app/src/b.ts": "2\n" });
    await done(server, held, { filesChanged: ["src/b.ts"] });
    expect(await git(folder, "show", "--format=", "--name-only", "HEAD")).toBe("packages/app/src/b.ts\n");
  });

  it("a session at the top level is told of nothing new", async () => {
    const folder = await repository(FILES);
    const server = await ParallelServer.start(folder);
    const { warnings } = await server.call("plan_create", {
      plan: "p",
      tasks: [task("1", { writes: ["src/a.ts"] })],
    });
    expect(warnings).toEqual([]);
    expect((await claimNow(server, "p", "1")).brief).not.toContain("Paths lead from");
  });
});

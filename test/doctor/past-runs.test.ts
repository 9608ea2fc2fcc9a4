import { join } from "node:path";
import { describe, it } from "vitest";
import { BundledServer } from "../support/bundled-server.ts";
import { repository, task } from "../support/checkout.ts";
import { expectFindings } from "../support/doctor-findings.ts";
import { Installation, lose } from "../support/doctor-installation.ts";
import { git } from "../support/git.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("past runs", () => {
  it("parallel doctor finds a plan that is paused, but not one of another repository in the same database", async () => {
    const installation = await Installation.healthy();
    const env = { PARALLEL_DATABASE_URL: `sqlite:${join(installation.home, "shared.sqlite")}` };
    for (const [at, plan] of [
      [installation.project, "ours"],
      [await repository({ "OTHER.md": "Another one.\n" }), "theirs"],
    ] as const) {
      const server = await BundledServer.start(at, { env });
      await server.call("plan_create", { plan, tasks: [task("1")] });
      await server.call("plan_update", { plan, action: "pause" });
      await server.close();
    }
    await expectFindings(
      installation,
      [["Plans", "notice", /^The plan ours is paused.*launches nothing/, /resume it .*\/parallel:run ours/]],
      env,
    );
  });

  it("parallel doctor finds the worktree of an agent that has ended, and no other", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    const worktree = (...parameters: string[]) =>
      git(installation.project, "worktree", "add", "--quiet", ...parameters);
    await worktree("--detach", join(temporaryFolder(), "mine"));
    await worktree("--detach", join(installation.project, ".claude/worktrees/agent-of-somebody-else"));
    await expectFindings(installation, []);
    await worktree("-b", "worktree-agent-a1", join(installation.project, ".claude/worktrees/agent-a1"));
    await expectFindings(installation, [
      [
        "Worktrees",
        "notice",
        /agent-a1 \(branch worktree-agent-a1\) is left over/,
        /git worktree remove ".*agent-a1"/,
      ],
    ]);
  });

  it("parallel doctor finds the locked worktree of an attempt that has ended, and not that of one that runs", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    const server = await installation.server();
    await server.call("plan_create", { plan: "q", tasks: [task("1")] });
    await server.call("batch_next", { plan: "q" });
    for (const [branch, folder] of [
      ["parallel-work/p/1-1", "p-1-1"],
      ["parallel-work/q/1-2", "q-1-2"],
    ] as const) {
      const path = join(installation.project, ".claude/worktrees", folder);
      await git(installation.project, "worktree", "add", "--quiet", "--lock", "-b", branch, path);
    }
    await expectFindings(installation, [
      [
        "Worktrees",
        "notice",
        /p-1-1 \(branch parallel-work\/p\/1-1\) is left over/,
        /git worktree unlock ".*p-1-1", then git worktree remove ".*p-1-1"/,
      ],
    ]);
  });

  it("parallel doctor finds the worktree of a plan's branch, whose folder is gone", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    const folder = join(temporaryFolder(), "p");
    await git(installation.project, "worktree", "add", "--quiet", "-b", "parallel/p", folder);
    lose(folder);
    await expectFindings(installation, [
      ["Worktrees", "notice", /p \(branch parallel\/p\) is gone; git still knows it/, /^git worktree prune$/],
    ]);
  });
});

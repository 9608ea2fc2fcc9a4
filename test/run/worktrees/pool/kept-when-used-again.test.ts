import { existsSync, lstatSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ApprovedCommands } from "../../../../mcp-server/src/run/approval/approved-commands.ts";
import { put, repository, task } from "../../../support/checkout.ts";
import { git } from "../../../support/git.ts";
import { ParallelServer } from "../../../support/parallel-server.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { claimNow, done, read } from "../../../support/worktrees.ts";

const GRACE_MS = 30_000;
const SETUP = "mkdir -p deps && { test -e deps/made || echo installed > deps/made; }";
const OTHER = "mkdir -p deps && echo other > deps/other";

/** A project whose worktrees are set up, get a file and share a folder; and a clock that can be set forward. */
async function project() {
  const folder = await repository({
    ".gitignore": "deps/\n.env\nshared/\nout/\n",
    ".worktreeinclude": ".env\n",
    ".claude/settings.json": JSON.stringify({ worktree: { symlinkDirectories: ["shared"] } }),
  });
  put(folder, { ".env": "A=1\n", "shared/a": "1\n" });
  const home = temporaryFolder();
  const place = { hostFolder: join(home, ".claude"), root: folder, gitCommonDir: join(folder, ".git") };
  const approvals = new ApprovedCommands(place);
  for (const command of [SETUP, OTHER]) approvals.add(command);
  const clock = { aheadMs: 0 };
  const server = await ParallelServer.start(folder, {
    env: { HOME: home, CLAUDE_CODE_SESSION_ID: "s" },
    now: () => Date.now() + clock.aheadMs,
  });
  const plan = (slug: string, setup: string, ...ids: readonly string[]) =>
    server.call("plan_create", {
      plan: slug,
      tasks: ids.map((id) => task(id, { isolation: "worktree" })),
      policy: { setup, review: "off" },
    });
  const later = () => {
    clock.aheadMs += GRACE_MS;
  };
  return { folder, server, plan, later };
}

describe.skipIf(process.platform !== "linux")("a worktree that is used again", () => {
  it("a worktree that is used again keeps what its set-up made, and gets files and links of the checkout as they are now", async () => {
    const { folder, server, plan, later } = await project();
    await plan("p", SETUP, "a", "b");
    const one = await claimNow(server, "p", "a");
    put(one.folder, { ".env": "A=spoilt\n", "out/x": "1\n", "deps/made": "warm\n" });
    rmSync(join(one.folder, "shared"));
    symlinkSync(temporaryFolder(), join(one.folder, "shared"));
    put(one.folder, { "src/a.ts": "1\n" });
    await done(server, one);
    put(folder, { ".env": "A=2\n" });
    later();
    const two = await claimNow(server, "p", "b");
    expect(two.folder).toBe(one.folder);
    expect(read(two.folder, "deps/made")).toBe("warm\n");
    expect(read(two.folder, ".env")).toBe("A=2\n");
    expect(readlinkSync(join(two.folder, "shared"))).toBe(join(folder, "shared"));
    expect(existsSync(join(two.folder, "out"))).toBe(false);
    expect(await git(two.folder, "status", "--porcelain")).toBe("");
  });

  it("a worktree that is used again keeps nothing of another set-up", async () => {
    const { server, plan, later } = await project();
    await plan("p", SETUP, "a", "b");
    await plan("q", OTHER, "c");
    const one = await claimNow(server, "p", "a");
    put(one.folder, { "src/a.ts": "1\n" });
    await done(server, one);
    later();
    await server.call("batch_next", { plan: "p", max: 1 });
    const other = await claimNow(server, "q", "c");
    expect(other.folder).toBe(one.folder);
    expect(existsSync(join(other.folder, "deps/made"))).toBe(false);
    expect(read(other.folder, "deps/other")).toBe("other\n");
    expect(lstatSync(join(other.folder, "shared")).isSymbolicLink()).toBe(true);
  });
});

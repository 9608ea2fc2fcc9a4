import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it } from "vitest";
import { put, repository } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { claimNow, done, startServer } from "../../support/worktrees.ts";

/** The git commands that this process starts meanwhile, in order, each with its parameters. */
async function gitCommandsOf(work: () => Promise<unknown>): Promise<string[]> {
  const started: ChildProcess[] = [];
  const note = (message: unknown) => void started.push((message as { process: ChildProcess }).process);
  subscribe("child_process", note);
  try {
    await work();
  } finally {
    unsubscribe("child_process", note);
  }
  return started.map(({ spawnargs }) => spawnargs.join(" ").replace(/^git (?:-c \S+ )*/, ""));
}

/** What a report starts until its commit is kept; what follows is the delivery. */
function untilKept(commands: readonly string[]): string[] {
  const kept = commands.findIndex((command) => command.startsWith("update-ref"));
  return commands.slice(0, kept + 1).map((command) => command.split(" ")[0] ?? "");
}

describe("a report from a worktree", () => {
  it("a report from a worktree asks git seven times, and for the checkout only while somebody works there", async () => {
    const folder = await repository({ "src/a.ts": "1\n" });
    await git(folder, "config", "user.name", "Somebody");
    await git(folder, "config", "user.email", "somebody@example.org");
    const server = await startServer(folder);
    const apart = (id: string) => ({ id, subject: id, writes: [`src/${id}.ts`], isolation: "worktree" });
    const tasks = [apart("1"), apart("2"), { id: "3", subject: "3", writes: ["src/3.ts"] }];
    await server.call("plan_create", { plan: "p", tasks, policy: { review: "off" } });
    const report = async (id: string) => {
      const held = await claimNow(server, "p", id);
      put(held.folder, { [`src/${id}.ts`]: "new\n" });
      return gitCommandsOf(() => done(server, held, { filesChanged: [`src/${id}.ts`] }));
    };
    const alone = untilKept(await report("1"));
    expect(alone.sort()).toEqual([
      "add",
      "commit-tree",
      "diff-index",
      "for-each-ref",
      "ls-files",
      "update-ref",
      "write-tree",
    ]);
    await claimNow(server, "p", "3");
    const beside = untilKept(await report("2"));
    expect(beside).toContain("status");
  });
});

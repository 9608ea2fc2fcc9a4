import { rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it, vi } from "vitest";
import { put, repository, task } from "../../support/checkout.ts";
import { delivered } from "../../support/delivered.ts";
import { git } from "../../support/git.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import type { ParallelServer } from "../../support/parallel-server.ts";
import { type Claimed, claim, claimNow, fileAt, startServer } from "../../support/worktrees.ts";
import { reportAndDie } from "./seam.ts";

const BRANCH = "parallel/p";

async function planned(
  tasks: readonly unknown[],
  { policy = {}, now }: { policy?: Readonly<Record<string, unknown>>; now?: () => number } = {},
) {
  const folder = await repository();
  const server = await startServer(folder, { ...(now && { now }) });
  await server.call("plan_create", { plan: "p", tasks, policy: { review: "off", ...policy } });
  return { folder, server };
}

/** Keeps git from moving the plan's branch. @returns lets it go. */
async function hold(folder: string): Promise<() => void> {
  const lock = join(folder, ".git", "refs", "heads", `${BRANCH}.lock`);
  await mkdir(dirname(lock), { recursive: true });
  writeFileSync(lock, "");
  return () => rmSync(lock);
}

function report(server: ParallelServer, { task: name, token }: Claimed) {
  return server.call("task_report", {
    task: name,
    token,
    outcome: "completed",
    summary: "Done.",
    evidence: [{ inspected: "the result" }],
  });
}

/** Waits until the log of the plan has such an event. */
function logged(folder: string, type: string): Promise<void> {
  return vi.waitFor(() => expect(logOf(graphOf(folder)).map((line) => line.type)).toContain(type), {
    timeout: 60_000,
  });
}

it("a report is answered before its commit is on the branch, and until then holds its task and its files, but no place", async () => {
  const { folder, server } = await planned(
    [
      task("1", { isolation: "worktree" }),
      task("2", { isolation: "worktree", dependencies: ["1"] }),
      task("3"),
      task("4", { writes: ["src/1.ts"] }),
    ],
    { policy: { maxParallel: 1 } },
  );
  const one = await claimNow(server, "p", "1");
  put(one.folder, { "src/1.ts": "one\n" });
  const letGo = await hold(folder);
  const answer = await report(server, one);
  expect(answer).toMatchObject({ outcome: "completed", reply: "DONE p/1" });
  expect(await report(server, one)).toEqual(answer);
  await logged(folder, "delivery.delayed");
  const { plans, tasks } = await server.call("task_list", { plan: "p" });
  expect(plans[0]).toMatchObject({ done: false, counts: { delivering: 1, pending: 3 } });
  expect(tasks[0]).toMatchObject({ status: "in_progress", delivering: true });
  expect(await claim(server, "p", "2")).toBeUndefined();
  expect(await claim(server, "p", "4")).toBeUndefined();
  await claimNow(server, "p", "3");
  const { ended } = await server.call("batch_collect", { plan: "p", tasks: ["1"], waitSeconds: 0 });
  expect(ended).toEqual([]);
  letGo();
  const collected = await server.call("batch_collect", { plan: "p", tasks: ["1"], until: "all" });
  expect(collected).toMatchObject({ satisfied: true, ended: [{ task: "1", outcome: "completed" }] });
  expect(await fileAt(folder, BRANCH, "src/1.ts")).toBe("one\n");
});

it("of several approaches that are reported at once only the first comes onto the branch", async () => {
  const both = { isolation: "worktree", alternatives: "a", writes: ["a.txt"] };
  const { folder, server } = await planned([task("1", both), task("2", both)]);
  const one = await claimNow(server, "p", "1");
  const two = await claimNow(server, "p", "2");
  put(one.folder, { "a.txt": "one\n" });
  put(two.folder, { "a.txt": "two\n" });
  const letGo = await hold(folder);
  await report(server, two);
  await report(server, one);
  letGo();
  await server.call("batch_next", { plan: "p" });
  await delivered(server, "p");
  expect(await fileAt(folder, BRANCH, "a.txt")).toBe("two\n");
  const { tasks } = await server.call("task_list", { plan: "p" });
  expect(tasks.map(({ status }) => status)).toEqual(["cancelled", "completed"]);
});

it("a task that is cancelled while it is delivered does not come onto the branch, and its commit keeps a name", async () => {
  const { folder, server } = await planned([task("1", { isolation: "worktree" })]);
  const one = await claimNow(server, "p", "1");
  put(one.folder, { "src/1.ts": "one\n" });
  const letGo = await hold(folder);
  await report(server, one);
  await logged(folder, "delivery.delayed");
  await server.call("task_update", { task: "p/1", status: "cancelled" });
  letGo();
  expect(await server.call("batch_next", { plan: "p" })).toMatchObject({ done: true });
  expect(await fileAt(folder, BRANCH, "src/1.ts")).toBeUndefined();
  expect(await fileAt(folder, "refs/parallel-attempts/p/1", "src/1.ts")).toBe("one\n");
});

it("what a plan that is stopped had accepted is delivered all the same", async () => {
  const { folder, server } = await planned([task("1", { isolation: "worktree" }), task("2")]);
  const one = await claimNow(server, "p", "1");
  put(one.folder, { "src/1.ts": "one\n" });
  const letGo = await hold(folder);
  await report(server, one);
  await logged(folder, "delivery.delayed");
  await server.call("plan_update", { plan: "p", action: "stop" });
  letGo();
  await server.call("batch_next", { plan: "p" });
  await delivered(server, "p");
  expect(await fileAt(folder, BRANCH, "src/1.ts")).toBe("one\n");
});

it("what cannot be delivered for ten minutes waits for the user, with the cause and the commit", async () => {
  let passedMs = 0;
  const { folder, server } = await planned([task("1", { isolation: "worktree" })], {
    now: () => Date.now() + passedMs,
  });
  const one = await claimNow(server, "p", "1");
  put(one.folder, { "src/1.ts": "one\n" });
  await hold(folder);
  await report(server, one);
  await logged(folder, "delivery.delayed");
  passedMs = 11 * 60_000;
  await server.call("batch_next", { plan: "p" });
  await delivered(server, "p");
  const { tasks } = await server.call("task_list", { plan: "p" });
  expect(tasks[0]).toMatchObject({ status: "failed", cause: expect.stringContaining("not delivered") });
  const { report: text } = await server.call("plan_report", { plan: "p" });
  expect(text).toContain("not delivered");
  expect(await fileAt(folder, "refs/parallel-attempts/p/1", "src/1.ts")).toBe("one\n");
});

it("an accepted commit that the repository has lost sends its task back, and costs it no attempt", async () => {
  const { folder, server } = await planned([task("1", { isolation: "worktree" })]);
  const one = await claimNow(server, "p", "1");
  put(one.folder, { "src/1.ts": "one\n" });
  expect(await reportAndDie(folder, "", one, "after the first transaction")).toBe("SIGKILL");
  await git(folder, "worktree", "remove", "--force", "--force", one.folder);
  const refs = await git(
    folder,
    "for-each-ref",
    "--format=%(refname)",
    "refs/parallel-attempts",
    "refs/heads/parallel-work",
  );
  for (const ref of refs.split("\n").filter(Boolean)) await git(folder, "update-ref", "-d", ref);
  await git(folder, "gc", "--quiet", "--prune=now");
  const batch = await server.call("batch_next", { plan: "p" });
  expect(batch).toMatchObject({ launch: [{ task: "1" }] });
  const { attempts } = await server.call("task_get", { task: "p/1" });
  expect(attempts?.[0]).toMatchObject({ outcome: "lost", cause: expect.stringContaining("commit") });
});

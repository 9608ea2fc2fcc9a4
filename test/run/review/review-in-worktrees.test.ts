import { describe, expect, it } from "vitest";
import { put, repository, task } from "../../support/checkout.ts";
import { FINDING } from "../../support/reviewed-plan.ts";
import { bothSides, claim, claimNow, done, read, startServer } from "../../support/worktrees.ts";

describe("in worktrees", () => {
  const apart = (id: string, fields = {}) =>
    task(id, { isolation: "worktree", writes: ["a.txt"], ...fields });

  it("in worktrees, the review sees the merged work, and what fixes it is merged before dependents start", async () => {
    const folder = await repository({ "a.txt": "one\n" });
    const server = await startServer(folder);
    await server.call("plan_create", {
      plan: "p",
      tasks: [apart("a", { review: true }), apart("b", { dependencies: ["a"] })],
    });
    const a = await claimNow(server, "p", "a");
    put(a.folder, { "a.txt": "two\n" });
    await done(server, a);
    expect(await claim(server, "p", "b")).toBeUndefined();
    const review = await claimNow(server, "p", "a-review");
    expect(read(review.folder, "a.txt")).toBe("two\n");
    put(review.folder, { "left-behind.txt": "by a test run\n" });
    await done(server, review, { verdict: "rejected", findings: [FINDING] });
    const fix = await claimNow(server, "p", "a-fix");
    expect(read(fix.folder, "left-behind.txt")).toBeUndefined();
    put(fix.folder, { "a.txt": "three\n" });
    await done(server, fix);
    await done(server, await claimNow(server, "p", "a-review2"), { verdict: "accepted" });
    const b = await claimNow(server, "p", "b");
    expect(read(b.folder, "a.txt")).toBe("three\n");
  });

  it("in worktrees, work that conflicts is reviewed when it is merged", async () => {
    const folder = await repository({ "a.txt": "one\n" });
    const server = await startServer(folder);
    await server.call("plan_create", {
      plan: "p",
      tasks: [
        apart("x", { alternatives: undefined, writes: ["x.txt"] }),
        apart("a", { review: true }),
        apart("b", { dependencies: ["a"], writes: ["b.txt"] }),
      ],
    });
    const [x, a] = [await claimNow(server, "p", "x"), await claimNow(server, "p", "a")];
    put(x.folder, { "a.txt": "of x\n" });
    put(a.folder, { "a.txt": "of a\n" });
    await done(server, x);
    await done(server, a);
    expect(await claim(server, "p", "a-review")).toBeUndefined();
    const merge = await claimNow(server, "p", "a-merge");
    put(merge.folder, { "a.txt": bothSides(read(merge.folder, "a.txt") ?? "") });
    await done(server, merge);
    expect(await claim(server, "p", "b")).toBeUndefined();
    const review = await claimNow(server, "p", "a-review");
    expect(read(review.folder, "a.txt")).toBe("of x\nof a\n");
    await done(server, review, { verdict: "accepted" });
    expect((await claim(server, "p", "b"))?.id).toBe("b");
  });
});

import { describe, expect, it } from "vitest";
import { LEASE_MS, Story, token } from "./story.ts";

/** Every violation of the story, which is wrong in one respect, names that. */
function only(story: Story, violation: RegExp): void {
  expect(story.violations[0]).toMatch(violation);
}

describe("the checker has nothing to say about a run in order", () => {
  it("the checker has nothing to say about a run with failures, blocked and lost attempts, and refused tokens", () => {
    const story = new Story({
      a: { scope: { writes: ["src/m1/**"] } },
      b: { dependencies: ["a"], scope: { writes: ["src/m1/f1.ts"] } },
      c: { role: "code-reviewer", scope: { writes: [], reads: ["src/m1/*.ts"] } },
      d: { dependencies: ["a", "b"], needs: "any", scope: { basis: "unscoped", writes: [] } },
    });
    story.claim("a", 1).report("a", 1, "failed", "pending").offer("a", 2);
    story.log("claim.returned", "a", 2, { cause: "cancelled by a call" });
    story.offer("a", 3).start("a", 3, 2);
    story.send("note", "a", 3).log("task.annotated", "a", null, { note: "nonce n2" });
    story.atMs += LEASE_MS;
    story.end("a", 3, "lost", { cause: "no sign of life", drainsUntilMs: story.atMs + 10 + LEASE_MS });
    story.send("report", "a", 3, { accepted: false });
    story.log("token.refused", "a", 3, { why: "its attempt has ended", tried: { task: "p/a" } });
    story.atMs += LEASE_MS;
    story.log("attempt.drained", "a", 3, { how: "one more lease has passed" });
    story.offer("a", 4).start("a", 4, 3).report("a", 4).complete("b", 5).claim("c", 6);
    story.send("report", "c", 6, { outcome: "blocked" });
    const blockedOn = { tasks: ["a"], writes: ["src/m9/f1.ts"] };
    story.log("attempt.ended", "c", 6, {
      outcome: "blocked",
      report: story.reportOf("blocked", { blockedOn }),
    });
    story.log("task.defined", "c", null, { definition: { id: "c", dependencies: ["a"], needs: "all" } });
    story.log("task.status", "c", null, { status: "pending" });
    story.complete("d", 7);
    expect(story.violations).toEqual([]);
  });
});

/** Two tasks that failed alike, `a` with no attempts left, and the task that looks for the cause. */
function recovering(extra: Readonly<Record<string, unknown>> = { recovers: ["a", "b"] }): Story {
  const story = new Story({ a: {}, b: { dependencies: ["c", "d"], needs: "any" }, c: {}, d: {} });
  story.complete("d", 1).claim("a", 2).report("a", 2, "failed", "failed");
  story.claim("b", 3).report("b", 3, "failed", "pending");
  const definition = { id: "recover-1", dependencies: [], needs: "all", origin: "server", extra };
  return story.log("task.created", "recover-1", null, { definition, position: 5 });
}

/** `b` waits for it and for what it had. */
const HELD_BACK = { definition: { id: "b", dependencies: ["d", "recover-1"], needs: "all" } };

describe("the checker knows the task that looks for the cause of several failures", () => {
  const alone = { scope: { basis: "unscoped", writes: ["**"], reads: [], resources: [] }, role: "debugger" };

  it("the checker has nothing to say when failed tasks wait for the one that looks for their cause", () => {
    const story = recovering().log("task.defined", "b", null, HELD_BACK);
    story.log("decision.taken", null, null, { decision: "retry", reason: "one cause" });
    story.offer("recover-1", 4, alone).start("recover-1", 4).report("recover-1", 4);
    expect(story.offer("b", 5).start("b", 5, 2).violations).toEqual([]);
  });

  it("the checker sees a failed task that is tried again before its cause was looked for", () => {
    const story = recovering().log("task.defined", "b", null, HELD_BACK).offer("b", 4);
    only(story, /^invariant 4: p\/b was claimed before its needs held/);
  });

  it("the checker sees a failed task that is not told to wait for the one that looks for its cause", () => {
    only(recovering().claim("c", 4), /^invariant 8: p\/b should have been told to wait for p\/recover-1/);
  });

  it("the checker sees a search for the cause of tasks that did not fail, and one that is for nobody", () => {
    only(recovering({ recovers: ["b", "c"] }), /^invariant 8: p\/recover-1 is for tasks that did not fail/);
    only(recovering({}), /^invariant 8: p\/recover-1 is in no plan/);
  });

  describe("and lets others wait for it that fail later", () => {
    /** `c` fails while `b` waits already. */
    const failedLater = () => {
      const story = recovering().log("task.defined", "b", null, HELD_BACK);
      return story.claim("c", 4).report("c", 4, "failed", "pending");
    };
    const waiting = { definition: { id: "c", dependencies: ["recover-1"], needs: "all" } };
    const forAll = { id: "recover-1", dependencies: [], needs: "all", extra: { recovers: ["a", "b", "c"] } };

    it("the checker lets later failures wait for the search for their cause as long as they really wait", () => {
      const story = failedLater().log("task.defined", "recover-1", null, { definition: forAll });
      story.log("task.defined", "c", null, waiting);
      expect(story.violations).toEqual([]);
      only(story.offer("c", 5), /^invariant 4: p\/c was claimed before its needs held/);
    });

    it("the checker sees tasks that wait for the search without having failed, and failed ones that wait for more", () => {
      const story = recovering().log("task.defined", "b", null, HELD_BACK);
      only(story.log("task.defined", "c", null, waiting), /^invariant 8: p\/c was defined anew/);
      const other = { definition: { id: "c", dependencies: ["recover-1", "d"], needs: "all" } };
      only(failedLater().log("task.defined", "c", null, other), /^invariant 8: p\/c has other dependencies/);
    });
  });

  it("the checker lets a task go on that is already being tried again when its cause is looked for", () => {
    const story = new Story({ a: {}, b: {} });
    story.claim("a", 1).report("a", 1, "failed", "pending").offer("a", 2).start("a", 2, 2);
    story.claim("b", 3).report("b", 3, "failed", "pending");
    const definition = {
      id: "recover-1",
      dependencies: [],
      origin: "server",
      extra: { recovers: ["a", "b"] },
    };
    story.log("task.created", "recover-1", null, { definition, position: 3 });
    story.log("task.defined", "b", null, {
      definition: { id: "b", dependencies: ["recover-1"], needs: "all" },
    });
    expect(story.report("a", 2).violations).toEqual([]);
  });

  it("the checker sees that a search for a cause does not run alone", () => {
    const story = recovering().log("task.defined", "b", null, HELD_BACK).offer("c", 4);
    only(story.offer("recover-1", 5, alone), /^invariant 2: p\/recover-1 clashes with p\/c/);
  });
});

describe("the checker sees", () => {
  it("the checker sees a task with two live claims (rule 1)", () => {
    only(new Story({ a: {} }).offer("a", 1).offer("a", 2), /^invariant 1: p\/a has two live claims/);
  });

  it("the checker sees a claim that was given to two clients (rule 1)", () => {
    const story = new Story({ a: {} }).offer("a", 1).nextLife();
    story.write({ kind: "given", task: "p/a", token: token(1) });
    only(story, /^invariant 1: the claim of p\/a was given to two clients/);
  });

  it("the checker sees claims that clash by file, pattern, reading, resource or running alone (rule 2)", () => {
    const at = (writes: string[], more = {}) => ({ scope: { writes, ...more } });
    const pairs = [
      [at(["src/m1/f1.ts"]), at(["src/m1/f1.ts"])],
      [at(["src/m1/**"]), at(["src/m1/*.md"])],
      [at(["src/m1/*.ts"]), at([], { reads: ["src/m1/**"] })],
      [at([], { reads: ["src/m1/f2.ts"] }), at(["src/m1/*.ts"])],
      [at([], { resources: ["port"] }), at([], { resources: ["port"] })],
      [at([], { basis: "unscoped" }), at([])],
    ] as const;
    for (const [a, b] of pairs)
      only(new Story({ a, b }).offer("a", 1).offer("b", 2), /^invariant 2: p\/b clashes with p\/a/);
    const apart = {
      a: at(["src/m1/*.ts"]),
      b: at(["src/m1/*.md", "src/m2/f1.ts"], { reads: ["src/m3/**"] }),
    };
    expect(new Story(apart).offer("a", 1).offer("b", 2).violations).toEqual([]);
  });

  it("the checker sees a claim that clashes with one that drains, and a scope that is let go too early (rule 2)", () => {
    const same = { scope: { writes: ["src/m1/f1.ts"] } };
    const draining = () => {
      const story = new Story({ a: same, b: same }).claim("a", 1);
      return story.end("a", 1, "cancelled", { cause: "stopped", drainsUntilMs: story.atMs + 10 + LEASE_MS });
    };
    only(draining().offer("b", 2), /^invariant 2: p\/b clashes with p\/a, ended/);
    only(
      draining().log("attempt.drained", "a", 1, { how: "one more lease has passed" }),
      /^invariant 2: .* let go/,
    );
    const notAtAll = new Story({ a: same, b: same })
      .claim("a", 1)
      .end("a", 1, "cancelled", { cause: "stopped" });
    only(notAtAll, /^invariant 2: p\/a was cancelled and does not drain/);
  });

  it("the checker sees a claim with another scope than the task's (rule 2)", () => {
    const scope = { basis: "declared", writes: [], reads: [], resources: [] };
    only(new Story({ a: {} }).offer("a", 1, { scope }), /^invariant 2: .* another scope/);
  });

  it("the checker sees more claims than the cap or than a role's capacity (rule 3)", () => {
    const four = new Story({ a: {}, b: {}, c: {}, d: {} }).offer("a", 1).offer("b", 2).offer("c", 3);
    only(four.offer("d", 4), /^invariant 3: p\/d was claimed above the cap of 3/);
    const reviewers = new Story({ a: { role: "code-reviewer" }, b: { role: "code-reviewer" } });
    only(reviewers.offer("a", 1).offer("b", 2), /^invariant 3: .* the capacity of code-reviewer/);
  });

  it("the checker sees a claim before the needs hold, of each kind (rule 4)", () => {
    const early = /^invariant 4: p\/c was claimed before its needs held/;
    const of = (needs: "all" | "any" | "settled" | { atLeast: number }) =>
      new Story({ a: {}, b: {}, c: { dependencies: ["a", "b"], needs } });
    only(of("all").complete("a", 1).offer("c", 2), early);
    only(of("any").claim("a", 1).offer("c", 2), early);
    only(of({ atLeast: 2 }).complete("a", 1).offer("c", 2), early);
    only(of("settled").complete("a", 1).offer("c", 2), early);
    const settled = of("settled").complete("a", 1).claim("b", 2).report("b", 2, "failed", "failed");
    expect(settled.offer("c", 3).violations).toEqual([]);
    expect(of("any").complete("a", 1).offer("c", 2).violations).toEqual([]);
  });

  it("the checker sees a claim of a task that is not pending, or of a plan that is paused (rule 4)", () => {
    const failed = new Story({ a: {} }).claim("a", 1).report("a", 1, "failed", "failed").offer("a", 2);
    only(failed, /^invariant 4: p\/a was claimed when it was failed/);
    const paused = new Story({ a: {} }).log("plan.status", null, null, { status: "paused" }).offer("a", 1);
    only(paused, /^invariant 4: p\/a was claimed while the plan was not open/);
  });

  it("the checker knows attempts that are delivered: they hold their task and their files, and no place (rules 1, 2, 3, 7)", () => {
    const role = "code-reviewer";
    const delivered = new Story({ a: { role }, b: { role } }).claim("a", 1).accept("a", 1).claim("b", 2);
    delivered.end("a", 1, "completed", { report: delivered.reported }, "completed").report("b", 2);
    expect(delivered.violations).toEqual([]);
    only(new Story({ a: {} }).claim("a", 1).accept("a", 1).offer("a", 2), /^invariant 1: p\/a has two live/);
    const story = new Story({ a: {} }).claim("a", 1).accept("a", 1);
    const other = { ...story.reportOf("completed"), summary: "Another." };
    only(
      story.end("a", 1, "completed", { report: other }, "completed"),
      /^invariant 7: p\/a is completed by another report/,
    );
    const lost = new Story({ a: {} }).claim("a", 1).accept("a", 1);
    lost.end("a", 1, "lost", { interrupted: true }).offer("a", 2).start("a", 2, 2).report("a", 2);
    expect(lost.violations).toEqual([]);
  });

  it("the checker sees an attempt that goes on after its end, or begins with a lapsed offer (rule 5)", () => {
    const returned = new Story({ a: {} }).offer("a", 1).log("claim.returned", "a", 1, { cause: "cancelled" });
    only(returned.start("a", 1), /^invariant 5: attempt.started of attempt 1, which is returned/);
    only(new Story({ a: {} }).complete("a", 1).report("a", 1), /^invariant 5: attempt.ended of attempt 1/);
    const lapsed = new Story({ a: {} }).offer("a", 1);
    lapsed.atMs += 120_000;
    only(lapsed.start("a", 1), /^invariant 5: .* by an offer that had lapsed/);
  });

  it("the checker sees a dead or foreign token that leaves a note or ends an attempt (rule 5)", () => {
    const note = new Story({ a: {} }).complete("a", 1).send("note", "a", 1);
    only(
      note.log("task.annotated", "a", null, { note: "nonce n2" }),
      /^invariant 5: a dead token left a note/,
    );
    const foreign = new Story({ a: {}, b: {} }).claim("a", 1).claim("b", 2).send("report", "b", 2);
    foreign.end("a", 1, "completed", { report: foreign.reportOf("completed") }, "completed");
    only(foreign, /^invariant 5: p\/a was ended by a token that is not its own/);
  });

  it("the checker sees an answer that lets a dead token pass (rule 5)", () => {
    const again = new Story({ a: {} }).complete("a", 1).send("brief", "a", 1);
    only(again, /^invariant 5: brief on p\/a was accepted with a token whose attempt had been reported/);
    const foreign = new Story({ a: {}, b: {} }).claim("a", 1).send("brief", "b", 1);
    only(foreign, /^invariant 5: brief on p\/b was accepted with a token of another task/);
    const orphan = new Story({ a: {} }).claim("a", 1).nextLife().send("brief", "a", 1);
    only(orphan, /^invariant 5: .* with a token of a client that had ended/);
  });

  it("the checker sees a refused call that had an effect, and an effect that came twice (rule 5)", () => {
    const refused = new Story({ a: {} }).claim("a", 1).send("report", "a", 1, { accepted: false });
    refused.end("a", 1, "completed", { report: refused.reportOf("completed") }, "completed");
    only(refused, /^invariant 5: report n1 on p\/a was refused and had an effect/);
    const twice = new Story({ a: {} }).claim("a", 1).send("note", "a", 1);
    twice.log("task.annotated", "a", null, { note: "nonce n1" });
    twice.log("task.annotated", "a", null, { note: "nonce n1" });
    only(twice, /^invariant 5: note n1 on p\/a had an effect 2 times/);
    const repeated = new Story({ a: {} })
      .complete("a", 1)
      .send("report", "a", 1, { accepted: false, nonce: "n1" });
    only(repeated, /^invariant 5: report n1 on p\/a was accepted, and refused when it was repeated/);
  });

  it("the checker sees a completed task that is claimed again or gets another status (rule 6)", () => {
    only(
      new Story({ a: {} }).complete("a", 1).offer("a", 2),
      /^invariant 6: p\/a was claimed after it completed/,
    );
    const undone = new Story({ a: {} }).complete("a", 1).log("task.status", "a", null, { status: "pending" });
    only(undone, /^invariant 6: p\/a was completed and became pending/);
  });

  it("the checker sees a success without report, evidence or attempt, or against the report (rule 7)", () => {
    const silent = new Story({ a: {} }).claim("a", 1).end("a", 1, "completed", {}, "completed");
    only(silent, /^invariant 7: p\/a ended as completed by no report/);
    const bare = new Story({ a: {} })
      .claim("a", 1)
      .report("a", 1, "completed", "completed", { evidence: [] });
    only(bare, /^invariant 7: p\/a is completed without evidence/);
    const turned = new Story({ a: {} }).claim("a", 1).send("report", "a", 1, { outcome: "failed" });
    turned.end("a", 1, "completed", { report: turned.reportOf("completed") }, "completed");
    only(turned, /^invariant 7: p\/a ended as completed, and failed was reported/);
    const made = new Story({ a: {} }).log("task.status", "a", null, { status: "completed" });
    only(made, /^invariant 7: p\/a is completed without a completed attempt/);
  });

  it("the checker sees half a transaction (rule 8)", () => {
    const half = new Story({ a: {}, b: {} }).claim("a", 1).send("report", "a", 1);
    half.log("attempt.ended", "a", 1, { outcome: "completed", report: half.reportOf("completed") });
    only(half, /^invariant 8: the log ends in the middle of a change of p\/a/);
    only(half.offer("b", 2), /^invariant 8: p\/a should have become completed/);
    const blocked = new Story({ a: {} }).claim("a", 1);
    blocked.report("a", 1, "blocked", "pending", { blockedOn: { writes: ["src/m9/f1.ts"] } });
    only(blocked, /^invariant 8: what p\/a was blocked on was not added/);
  });

  it("the checker sees a log out of order, or back in time (rule 8)", () => {
    const story = new Story({ a: {}, b: {} });
    story.events.reverse();
    only(story, /^invariant 8/);
    const back = new Story({ a: {} });
    back.atMs -= 100;
    only(back.offer("a", 1), /^invariant 8: time went back/);
  });

  it("the checker sees tables that the log does not rebuild (rule 8)", () => {
    const changed = new Story({ a: {} }).complete("a", 1);
    changed.tamper = (table, row) => {
      if (table === "tasks") row.lost_attempts = 7;
    };
    expect(changed.violations).toEqual([
      "invariant 8: the log does not rebuild task 1/a: lost_attempts is 7, not 0",
    ]);
  });

  it("the checker sees an acknowledged report, note, claim or task that is gone (rule 9)", () => {
    const report = new Story({ a: {} }).claim("a", 1).send("report", "a", 1);
    only(report, /^invariant 9: report n1 on p\/a was acknowledged and is lost/);
    const note = new Story({ a: {} }).claim("a", 1).send("note", "a", 1);
    only(note, /^invariant 9: note n1 on p\/a was acknowledged and is lost/);
    const claim = new Story({ a: {} }).write({ kind: "given", task: "p/a", token: token(1) });
    only(claim, /^invariant 9: a claim of p\/a was given out and is not in the log/);
    const task = new Story({ a: {} });
    task.events.pop();
    only(task, /^invariant 9: p\/a is not there/);
  });

  it("the checker sees a claim that is taken from whoever still lives (rule 9)", () => {
    const early = new Story({ a: {} }).claim("a", 1);
    early.end("a", 1, "lost", { cause: "no sign of life", drainsUntilMs: early.atMs + 10 + LEASE_MS });
    only(early, /^invariant 9: p\/a was lost 20 ms after a sign of life/);
    const alive = new Story({ a: {} }).claim("a", 1).end("a", 1, "lost", { cause: "its session ended" });
    only(alive.send("report", "a", 1, { accepted: false }), /^invariant 9: .* although its client was alive/);
    const refused = new Story({ a: {} }).claim("a", 1);
    refused.log("token.refused", "a", 1, { why: "so", tried: { task: "p/a" } });
    only(refused, /^invariant 9: a report with the live token of p\/a was refused/);
    const offer = new Story({ a: {} }).offer("a", 1);
    offer.log("claim.returned", "a", 1, { cause: "nobody took it up in time" });
    only(offer, /^invariant 9: the offer of p\/a was taken back too early/);
  });

  it("the checker sees a damaged database, and answers that nobody may get (rule 9)", () => {
    const damaged = new Story({ a: {} });
    damaged.integrity = "row 7 missing from index tasks_changed";
    expect(damaged.violations).toEqual([
      "invariant 9: integrity check: row 7 missing from index tasks_changed",
    ]);
    const odd = new Story({ a: {} }).write({
      kind: "unexpected",
      text: "The server failed: disk I/O error.",
    });
    expect(odd.violations).toEqual(["unexpected: The server failed: disk I/O error."]);
  });
});

describe("the checker knows where work lies", () => {
  /** `a` is completed by claim 1 in a checkout, with these files changed. */
  const doneIn = (checkout: string, filesChanged: readonly string[], needs: "all" | "any" = "all") => {
    const story = new Story({
      a: {},
      c: {},
      b: { dependencies: ["a"] },
      d: { dependencies: ["b", "c"], needs },
    });
    story.offer("a", 1, { checkout, isolation: "shared" }).start("a", 1);
    return story.report("a", 1, "completed", "completed", { filesChanged });
  };
  const at = (checkout: string) => ({ checkout, isolation: "shared" });

  it("the checker sees a task that is claimed where the files of the one before it are not", () => {
    only(doneIn("m1:/app", ["src/a.ts"]).offer("b", 2, at("m2:/app")), /^invariant 11: p\/b .* work of p\/a/);
    expect(doneIn("m1:/app", ["src/a.ts"]).offer("b", 2, at("m1:/app")).violations).toEqual([]);
    expect(doneIn("m1:/app", []).offer("b", 2, at("m2:/app")).violations).toEqual([]);
  });

  it("the checker sees files that lie behind a task that changed none", () => {
    const story = doneIn("m1:/app", ["src/a.ts"]).offer("b", 2, at("m1:/app")).start("b", 2).report("b", 2);
    story.offer("c", 3, at("m2:/app")).start("c", 3).report("c", 3);
    only(story.offer("d", 4, at("m2:/app")), /^invariant 11: p\/d .* work of p\/a/);
  });

  it("the checker lets a task start that needs only one of those before it where that one is", () => {
    const story = doneIn("m1:/app", ["src/a.ts"], "any").offer("c", 2, at("m2:/app")).start("c", 2);
    story.report("c", 2, "completed", "completed", { filesChanged: ["src/c.ts"] });
    expect(story.offer("d", 3, at("m2:/app")).violations).toEqual([]);
  });

  it("the checker leaves to git what was committed", () => {
    const story = new Story({ a: {}, b: { dependencies: ["a"] } });
    story.offer("a", 1, at("m1:/app")).start("a", 1);
    story.send("report", "a", 1).log("work.committed", "a", 1, { commit: "c", files: ["src/a.ts"] });
    story.end(
      "a",
      1,
      "completed",
      { report: story.reportOf("completed", { filesChanged: ["src/a.ts"] }) },
      "completed",
    );
    expect(story.offer("b", 2, at("m2:/app")).violations).toEqual([]);
  });
});

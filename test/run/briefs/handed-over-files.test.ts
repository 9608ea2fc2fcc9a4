import { describe, expect, it } from "vitest";
import type { AnyClaim, AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import type { Change } from "../../../mcp-server/src/graph/event.ts";
import type { TaskId } from "../../../mcp-server/src/graph/task.ts";
import { type AskedClaims, filesOfTasks } from "../../../mcp-server/src/report/files/files-of-tasks.ts";
import { type BriefFacts, writeBrief } from "../../../mcp-server/src/run/briefs/brief.ts";
import { filesLine } from "../../../mcp-server/src/run/plan/files-of-tasks.ts";
import { launchFor, put, report, task } from "../../support/checkout.ts";
import { eventsOf, planState, task as planTask, type Ran } from "../../support/plan-fixture.ts";
import { brief } from "../../support/reviewed-plan.ts";
import { MINE, THEIRS, twoAtWork } from "../../support/two-at-work.ts";

describe("the files that a task hands over", () => {
  /**
   * The second task writes `src/b/seen.ts` in a call and `late.ts` before its end, and reports `late.ts` and a file that
   * nobody saw change.
   */
  async function handedOver(wrote: Readonly<Record<string, string>> = { "src/b/seen.ts": "seen\n" }) {
    const tasks = [MINE, { ...THEIRS, review: true }];
    const { folder, server, launch, log } = await twoAtWork({ review: "off" }, tasks, {
      PARALLEL_GUARD: "warn",
    });
    const call = { agent: "agent-2", use: "writes", tool: "Bash", session: "s", cwd: folder };
    await server.hook({ event: "PreToolUse", input: JSON.stringify({ command: "sh work.sh" }), ...call });
    put(folder, wrote);
    await server.hook({ event: "PostToolUse", response: "{}", input: "{}", ...call });
    put(folder, { "late.ts": "late\n" });
    const evidence = [{ criterion: "1", inspected: "the result" }];
    await report(server, "p", launchFor(launch, "2"), {
      evidence,
      filesChanged: ["late.ts", "src/b/claimed.ts"],
    });
    return { server, evidence, log };
  }

  const FILES = "> Files: late.ts, src/b/claimed.ts (reported, not seen), src/b/seen.ts";

  it("the files that a task hands over to its review are those that were seen, and what was only reported is marked", async () => {
    const { server } = await handedOver();
    const { launch } = await server.call("batch_next", { plan: "p" });
    const text = await brief(server, launchFor(launch, "2-review"));
    const [description = "", inputs = ""] = text.split("# What the tasks before this one handed over");
    expect(description).toContain(FILES);
    expect(inputs).toContain(FILES);
  });

  it("the files that a task hands over are in what its review reads, also outside its scope", async () => {
    const { log } = await handedOver({ "src/a/one.ts": "not its own\n" });
    const created = log("task.created").at(-1)?.data as { definition: { id: string; reads: string[] } };
    expect(created.definition.id).toBe("2-review");
    expect([...created.definition.reads].sort()).toEqual([
      "data.json",
      "late.ts",
      "src/a/one.ts",
      "src/b/**",
      "src/b/claimed.ts",
    ]);
  });

  it("the files that a task hands over to what depends on it are those that were seen, and what was only reported is marked", async () => {
    const { server, evidence } = await handedOver();
    await server.call("task_create", { plan: "p", tasks: [task("3", { dependencies: ["2-review"] })] });
    const { launch } = await server.call("batch_next", { plan: "p" });
    const accepted = { verdict: "accepted", evidence };
    await brief(server, launchFor(launch, "2-review"));
    await report(server, "p", launchFor(launch, "2-review"), accepted);
    const { launch: next } = await server.call("batch_next", { plan: "p" });
    expect(await brief(server, launchFor(next, "3"))).toContain(FILES);
  });
});

function askedOf(claims: readonly AnyClaim[]): AskedClaims {
  return { claims, claimOf: (attempt) => claims.find(({ id }) => id === attempt) };
}

describe("the files that a task hands over where nobody looked", () => {
  it("the files that a task hands over where nobody looked are those that it reports, and none is marked", () => {
    const ran: Ran[] = [{ task: "a", from: 0, to: 9, report: { filesChanged: ["b.ts", "a.ts"] } }];
    const state = planState([planTask("a")], ran);
    const files = filesOfTasks(askedOf(state.claims), []);
    const [claim] = state.claims;
    const reported = claim?.state === "ended" ? claim.report : undefined;
    expect(filesLine(files("a" as TaskId), reported)).toBe("Files: b.ts, a.ts");
    expect(filesLine(undefined, undefined)).toBe("");
  });

  it("the files that a task hands over are not those in the worktree of an attempt that failed", () => {
    const ran: Ran[] = [
      { task: "a", from: 0, to: 5, outcome: "failed" },
      { task: "a", from: 5, to: 9, report: { filesChanged: ["b.ts"] } },
    ];
    const shared = planState([planTask("a")], ran);
    const state = {
      ...shared,
      claims: shared.claims.map((claim) => ({ ...claim, isolation: "worktree" as const })),
    };
    const committed = (attempt: number, ...files: string[]): Change => ({
      ...{ type: "work.committed", task: "a" as TaskId, attempt: attempt as AttemptId },
      ...{ commit: "c", files, leftOut: [] },
    });
    const events = eventsOf(committed(1, "a.ts"), committed(2, "b.ts", "c.ts"));
    const files = { filesChanged: ["b.ts", "c.ts"], notSeen: [] };
    expect(filesOfTasks(askedOf(state.claims), events)("a" as TaskId)).toEqual(files);
  });

  it("the files that a task hands over are named up to the fortieth, and then counted", () => {
    const filesChanged = Array.from({ length: 42 }, (_, i) => `${i}.ts`);
    expect(filesLine({ filesChanged, notSeen: [] }, undefined)).toMatch(/39\.ts and 2 more$/);
  });

  it("the files that a task hands over without a report are what was seen, below the last message of its agent", () => {
    const files = { filesChanged: ["a.ts"], notSeen: [] };
    const text = writeBrief({
      plan: "p" as BriefFacts["plan"],
      task: planTask("b"),
      description: "",
      token: "1-abc",
      scope: { basis: "declared", writes: ["b.ts"], reads: [], resources: [] },
      inputs: [{ task: planTask("a", { status: "completed" }), lastMessage: "DONE", files }],
      earlier: [],
      canReport: true,
    });
    expect(text).toContain("> DONE\n> Files: a.ts");
  });
});

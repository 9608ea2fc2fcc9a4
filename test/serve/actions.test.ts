import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type {
  ActionResult,
  PlanEntry,
  PlanHistory,
  PlanSnapshot,
  TaskDetail,
} from "../../mcp-server/src/live/snapshot.ts";
import { contextOf } from "../live/graph-context.ts";
import { report, repository, task } from "../support/checkout.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { offeredPlan } from "../support/plan-of.ts";
import { reviewedPlan } from "../support/reviewed-plan.ts";
import { twoAtWork } from "../support/two-at-work.ts";
import { ServedPage } from "./served-page.ts";

async function served(tasks: Parameters<typeof offeredPlan>[0], policy = {}) {
  const plan = await offeredPlan(tasks, policy);
  for (const item of plan.offered) await plan.brief(item);
  return { ...plan, ...(await pageOf(plan.folder)) };
}

async function pageOf(folder: string) {
  const page = await ServedPage.open([await contextOf(folder)]);
  const now = () => page.json<PlanSnapshot>("/api/plans/p");
  const act = async (action: Readonly<Record<string, unknown>>): Promise<ActionResult> =>
    page.json("/api/plans/p/act", { body: { seq: (await now()).seq, ...action } });
  const row = async (id: string) => (await now()).tasks.find((one) => one.id === id);
  return { page, now, act, row };
}

describe("a person who acts on a plan", () => {
  it("pauses, resumes and stops it, and sets how many may run at once", async () => {
    const { act, now } = await served([task("1"), task("2"), task("3")], { maxParallel: 2 });
    expect((await act({ do: "pause" })).text).toBe(
      "Nothing more is launched; 2 agents go on to the end of their task.",
    );
    expect((await now()).status).toBe("paused");
    await act({ do: "resume" });
    expect((await now()).status).toBe("open");
    expect((await act({ do: "cap", value: 3 })).text).toMatch(/^At most 3 agents at once from now on\./);
    expect((await now()).cap.allowed).toBe(3);
    await act({ do: "stop" });
    expect(await now()).toMatchObject({ status: "stopped", counts: { running: 0 } });
    await act({ do: "resume" });
    expect((await now()).status).toBe("open");
  });

  it("answers a question: the log says who, and the next agent reads it", async () => {
    const { act, page, server, item, row, launch, brief } = await served([task("1")]);
    await report(server, "p", item("1"), {
      outcome: "blocked",
      summary: "I cannot decide.",
      evidence: [],
      blockedOn: { question: "Docs or log?" },
    });
    expect((await act({ do: "answer", task: "1", text: "The log." })).done).toBe(true);
    expect(await row("1")).toMatchObject({ status: "pending", group: "couldStart" });
    const { events } = await page.json<TaskDetail>("/api/plans/p/tasks/1");
    expect(events.find(({ text }) => text.startsWith("note: Answer"))?.actor).toBe("person");
    const [again] = await launch();
    if (!again) throw new Error("it was not launched again");
    expect(await brief(again)).toContain('Answer of a person to "Docs or log?": The log.');
  });

  it("has a failed task tried again with a note, and cancels another", async () => {
    const { act, server, item, row, launch, brief } = await served([task("1"), task("2")], { retries: 0 });
    await report(server, "p", item("1"), { outcome: "failed", summary: "No key." });
    await report(server, "p", item("2"), { outcome: "failed", summary: "No key." });
    await act({ do: "retry", task: "1", text: "The key is in vault.txt." });
    await act({ do: "cancel", task: "2" });
    expect(await row("2")).toMatchObject({ status: "cancelled", group: "done" });
    const [again] = await launch();
    if (!again) throw new Error("it was not launched again");
    expect(await brief(again)).toContain("The key is in vault.txt.");
  });

  it("is told that a task has changed since, and changes nothing then", async () => {
    const { act, now, server, item, row } = await served([task("1")]);
    const { seq } = await now();
    await report(server, "p", item("1"));
    expect(await act({ do: "cancel", task: "1", seq })).toMatchObject({ done: false, stale: true });
    expect((await row("1"))?.status).toBe("completed");
  });

  it("accepts what three reviews have rejected, and what waits for it can start", async () => {
    const { act, now, row, next } = await rejected();
    expect((await now()).needs).toMatchObject([
      { kind: "review", holdsUp: ["2"], actions: ["accept", "reject", "retry"] },
    ]);
    const [{ task: review } = {}] = (await now()).needs;
    await act({ do: "accept", task: review, text: "Good enough." });
    expect((await now()).needs).toEqual([]);
    expect(await row("2")).toMatchObject({ group: "couldStart" });
    expect((await next()).map((one) => one.task)).toEqual(["2"]);
  });

  it("rejects it as well: what the person found is fixed and reviewed once more", async () => {
    const { act, now, next, briefOf } = await rejected();
    const [{ task: review } = {}] = (await now()).needs;
    await act({ do: "reject", task: review, text: "It must also work offline." });
    const [fix] = await next();
    if (!fix) throw new Error("nothing fixes it");
    expect(await briefOf(fix)).toContain("It must also work offline.");
    expect((await now()).needs).toEqual([]);
  });
});

/** A plan whose first task was rejected in all its reviews. */
async function rejected() {
  const plan = await reviewedPlan([task("1", { review: true }), task("2", { dependencies: ["1"] })]);
  await plan.does("1");
  for (let round = 1; round <= 3; round += 1) {
    const [review] = await plan.next();
    await report(plan.server, "p", review as never, {
      verdict: "rejected",
      findings: [{ severity: "high", text: "Nothing rejects an empty name" }],
    });
    const [fix] = await plan.next();
    if (fix) await report(plan.server, "p", fix);
  }
  return { ...plan, ...(await pageOf(plan.folder)) };
}

describe("what a page asks of a task", () => {
  it("is its brief, its attempts, its evidence with what it is worth, and what has happened", async () => {
    const { server, item, page } = await served([
      task("1", {
        description: "Write it **well**.",
        acceptance: [{ criterion: "It works", command: "node --test" }],
      }),
      task("2", { dependencies: ["1"] }),
    ]);
    await report(server, "p", item("1"), {
      evidence: [{ criterion: "1", command: "node --test", exitCode: 0, result: "12 passed" }],
      findings: [{ severity: "low", text: "A typo", file: "src/1.ts:3" }],
    });
    const detail = await page.json<TaskDetail>("/api/plans/p/tasks/1");
    expect(detail).toMatchObject({
      description: "Write it **well**.",
      acceptance: [{ criterion: "It works", command: "node --test" }],
      dependents: ["2"],
      attempts: [
        {
          number: 1,
          state: "completed",
          summary: "1 is done.",
          evidence: [{ criterion: "It works", command: "node --test", exitCode: 0, standing: "claimed" }],
          findings: [{ severity: "low", text: "A typo", file: "src/1.ts:3" }],
        },
      ],
      actions: [],
    });
    expect(detail.events.map(({ text }) => text)).toContain("attempt 1 began");
    expect(JSON.stringify(detail)).not.toMatch(/[0-9a-f]{64}/);
    expect((await page.ask("/api/plans/p/tasks/9")).status).toBe(404);
  });

  it("is also what it wrote and somebody else overwrote, which one click puts back", async () => {
    const { folder, server } = await twoAtWork({}, undefined, { PARALLEL_GUARD: "warn" });
    const file = join(folder, "src/b/two.ts");
    const writes = async (agent: string, text: string) => {
      const facts = {
        session: "s",
        cwd: folder,
        agent,
        use: text,
        tool: "Bash",
        input: '{"command":"sh w.sh"}',
      };
      await server.hook({ ...facts, event: "PreToolUse" });
      writeFileSync(file, text);
      await server.hook({ ...facts, event: "PostToolUse", response: "{}" });
    };
    await writes("agent-2", "mine\n");
    await writes("agent-1", "theirs\n");
    const { page, act, now } = await pageOf(folder);
    const { files } = await page.json<TaskDetail>("/api/plans/p/tasks/2");
    expect(files).toMatchObject([
      { path: "src/b/two.ts", hunks: expect.stringContaining("+mine"), restorable: true },
    ]);
    expect((await now()).trouble).toMatchObject([{ kind: "overwritten", task: "2" }]);
    for (const text of ["../../etc/passwd", "/etc/passwd", "src/other.ts"])
      expect(
        (await page.ask("/api/plans/p/act", { body: { do: "restore", task: "2", text, seq: 10_000 } }))
          .status,
      ).toBe(409);
    expect((await act({ do: "restore", task: "2", text: "src/b/two.ts" })).text).toMatch(
      /^src\/b\/two\.ts is again what 2 had in it\. What stood/,
    );
    expect(readFileSync(file, "utf8")).toBe("mine\n");
  });
});

describe("a page", () => {
  it("replays a run: each task with when it had which status", async () => {
    const { server, item, page } = await served([task("1"), task("2", { dependencies: ["1"] })]);
    await report(server, "p", item("1"));
    const history = await page.json<PlanHistory>("/api/plans/p/history");
    const first = history.tasks.find(({ id }) => id === "1");
    expect(first?.statuses.map(([, status]) => status)).toEqual(["pending", "in_progress", "completed"]);
    expect(first?.attempts).toMatchObject([{ number: 1, state: "completed" }]);
    expect(history.endMs).toBeGreaterThanOrEqual(history.startMs);
  });

  it("shows the plans of several repositories, each under an address of its own", async () => {
    const folders = await Promise.all([repository(), repository()]);
    for (const [i, folder] of folders.entries()) {
      const server = await ParallelServer.start(folder);
      await server.call("plan_create", { plan: "p", tasks: [task(`${i}`)] });
      await server.call("plan_create", { plan: `only-${i}`, tasks: [task("1")] });
      await server.close();
    }
    const [own, other] = await Promise.all(folders.map((folder) => contextOf(folder)));
    if (!own || !other) throw new Error("there is no context");
    const page = await ServedPage.open([own, other]);
    const { plans } = await page.json<{ plans: PlanEntry[] }>("/api/plans");
    expect(plans.map(({ plan }) => plan).sort()).toEqual(["only-0", "only-1", "p", "p"]);
    for (const { address, plan } of plans) {
      const snapshot = await page.json<PlanSnapshot>(`/api/plans/${encodeURIComponent(address)}`);
      expect(snapshot.plan).toBe(plan);
    }
    const names = await Promise.all(
      plans
        .filter(({ plan }) => plan === "p")
        .map(async ({ address }) => (await page.json<PlanSnapshot>(`/api/plans/${address}`)).tasks[0]?.id),
    );
    expect(names.sort()).toEqual(["0", "1"]);
    await page.json(`/api/plans/1~p/act`, { body: { do: "pause", seq: 0 } });
    expect((await page.json<PlanSnapshot>("/api/plans/1~p")).status).toBe("paused");
    expect((await page.json<PlanSnapshot>("/api/plans/p")).status).toBe("open");
  });
});

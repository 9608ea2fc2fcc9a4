import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CallerError } from "../../mcp-server/src/errors/caller-error.ts";
import type { Report } from "../../mcp-server/src/graph/attempt.ts";
import type { TaskId } from "../../mcp-server/src/graph/task.ts";
import { claimTask } from "../../mcp-server/src/run/claims/claim-task.ts";
import { nextBatch } from "../../mcp-server/src/run/claims/next-batch.ts";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { updateTask } from "../../mcp-server/src/run/edits/update-task.ts";
import { createTasks } from "../../mcp-server/src/run/plan/new-task.ts";
import { reportTask } from "../../mcp-server/src/run/reporting/report-task.ts";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import { rebuildFromLog, tablesOf } from "../store/rebuilt-graph.ts";
import { integrityOf, logOf } from "../support/graph-file.ts";
import { type KnownTask, violationsOf } from "../support/log-checker.ts";
import { budget } from "./budget.ts";
import { endOwners, World } from "./world.ts";

const CAP = 3;
const MINUTE = 60_000;
const LEASE_MINUTES = 10;
const OWN: readonly KnownTask[] = [
  { id: "a", dependencies: [], writes: ["a"], review: true },
  { id: "b", dependencies: ["a"], writes: ["b"], review: true },
  { id: "c", dependencies: ["a"], writes: ["a"] },
  { id: "d", dependencies: ["b", "c"], writes: ["d"] },
  { id: "e", dependencies: [], writes: ["e"], review: true },
];
/** Tasks that come to the plan while it runs, each after reviewed work. */
const LATER: readonly KnownTask[] = OWN.filter(({ review }) => review).map(({ id }) => ({
  id: `after-${id}`,
  dependencies: [id],
  writes: [`after-${id}`],
}));

type Verdict = "accepted" | "rejected" | "failed" | "blocked";

/** A work has to be rejected three times in a row before a person is asked. */
const MANY_REJECTIONS = Array.from({ length: 5 }, () => "rejected" as const);

type Operation =
  | { readonly does: "next"; readonly session: number }
  | { readonly does: "claim"; readonly task: number }
  | { readonly does: "report"; readonly token: number; readonly says: Verdict; readonly on: number }
  | { readonly does: "import"; readonly text: number }
  | { readonly does: "add"; readonly task: number }
  | { readonly does: "send back"; readonly task: number }
  | { readonly does: "kill"; readonly session: number }
  | { readonly does: "wait"; readonly minutes: number };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant("next" as const), session: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("claim" as const), task: fc.nat(30) }) },
  {
    weight: 10,
    arbitrary: fc.record({
      does: fc.constant("report" as const),
      token: fc.nat(5),
      says: fc.constantFrom<Verdict>("accepted", ...MANY_REJECTIONS, "failed", "blocked"),
      on: fc.nat(30),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("import" as const), text: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("add" as const), task: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("send back" as const), task: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("kill" as const), session: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant("wait" as const), minutes: fc.constantFrom(1, 3, 30) }),
  },
);

let folder: string;
let template: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "parallel-property-"));
  template = join(folder, "template.sqlite");
  await (await openSqlite(template, true, estimatesFrom))?.close();
});

afterAll(() => {
  endOwners();
  rmSync(folder, { recursive: true, force: true });
});

/** A plan with reviews, and whoever holds claims on it. */
class Story {
  readonly #tokens: { readonly task: string; readonly token: string }[] = [];

  constructor(readonly world: World) {}

  async run(step: Operation): Promise<void> {
    this.world.nowMs += 1_000;
    try {
      await this.#do(step);
    } catch (error) {
      // What is not allowed is refused; whether it should have been, the log tells.
      if (!(error instanceof CallerError)) throw error;
    }
  }

  /** Everybody accepts and completes from now on, and whoever is silent is lost; returns how the tasks end. */
  async finish(): Promise<string[]> {
    for (let turn = 0; turn < 60; turn++) {
      this.world.nowMs += 2 * LEASE_MINUTES * MINUTE;
      await this.#next(0);
      if (this.#tokens.length === 0) break;
      for (const held of this.#tokens.splice(0))
        await this.#report(held, "accepted", "").catch(ignoreRefusal);
    }
    return (await this.#tasks()).map(({ id, status }) => `${id} ${status}`);
  }

  async #do(step: Operation): Promise<void> {
    const { world } = this;
    switch (step.does) {
      case "next":
        return this.#next(step.session);
      case "claim": {
        const { claim } = await claimTask(world.session(1), "t", undefined, {
          plan: "p",
          task: await this.#taskAt(step.task),
          worker: "w",
        });
        if (claim) this.#tokens.push(claim);
        return;
      }
      case "report": {
        const [held] = this.#tokens.splice(step.token % Math.max(1, this.#tokens.length), 1);
        return held && this.#report(held, step.says, await this.#taskAt(step.on));
      }
      case "import":
        return this.import(step.text);
      case "add": {
        const { id, ...fields } = LATER[step.task] as KnownTask;
        await createTasks(world.session(0), "t", "p", [{ id, subject: id, ...fields }]);
        return;
      }
      case "send back": {
        const task = `p/${await this.#taskAt(step.task)}`;
        await updateTask(world.session(0), "t", undefined, { task, status: "pending" });
        return;
      }
      case "kill":
        return world.kill(step.session);
      case "wait":
        world.nowMs += step.minutes * MINUTE;
    }
  }

  async import(text: number): Promise<void> {
    const tasks = OWN.map((task) => ({ ...task, subject: task.id, description: `Text ${text}`, retries: 1 }));
    const from = this.world.write("p.json", JSON.stringify({ slug: "p", tasks }));
    const policy = { maxParallel: CAP, leaseMinutes: LEASE_MINUTES };
    await createPlan(this.world.session(0), "t", { plan: "p", from, policy });
  }

  async #next(session: number): Promise<void> {
    const { launch } = await nextBatch(this.world.session(session), "t", "p", undefined);
    for (const { task, prompt } of launch) {
      const token = /token (\S+)\./.exec(prompt)?.[1] ?? "";
      if (!this.#tokens.some((held) => held.token === token)) this.#tokens.push({ task: `p/${task}`, token });
    }
  }

  async #report(held: { task: string; token: string }, says: Verdict, on: string): Promise<void> {
    const isReview = held.task.includes("-review");
    const report: Report = {
      outcome: says === "failed" || says === "blocked" ? says : "completed",
      ...(isReview && (says === "accepted" || says === "rejected") && { verdict: says }),
      summary: `It is ${says} at ${this.world.nowMs}.`,
      evidence: [{ inspected: "the result" }],
      filesChanged: [],
      findings: says === "rejected" ? [{ severity: "high", text: "Wrong" }] : [],
      notes: [],
      ...(says === "blocked" && { blockedOn: { tasks: [on as TaskId] } }),
    };
    await reportTask(this.world.session(2), "t", undefined, { ...held, report });
  }

  async #tasks() {
    return tablesOf(this.world.path).tasks as unknown as { id: string; status: string }[];
  }

  async #taskAt(at: number): Promise<string> {
    const tasks = await this.#tasks();
    return tasks[at % tasks.length]?.id ?? "a";
  }
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof CallerError)) throw error;
}

const { operations, seed, ...rest } = budget();
/** Each run is played to its end, which takes about as long as the run itself. */
const runs = Math.ceil(rest.runs / 2);

it(
  "nothing starts before what it builds on is accepted, whatever happens, and the log tells it all",
  async () => {
    const seen = { accepted: 0, rejected: 0, escalated: 0 };
    const property = fc.asyncProperty(
      fc.array(operation, { minLength: operations, maxLength: operations, size: "max" }),
      async (steps) => {
        const world = await World.open(template);
        world.nowMs = 1_750_000_000_000;
        try {
          const story = new Story(world);
          await story.import(0);
          for (const step of steps) await story.run(step);
          const ends = await story.finish();
          const log = logOf(world.path);
          expect(violationsOf(log, [...OWN, ...LATER], CAP)).toEqual([]);
          expect(
            ends.filter((end) => /in_progress/.test(end)),
            "nobody is left at work",
          ).toEqual([]);
          const rebuilt = `${world.path}.rebuilt`;
          await rebuildFromLog(world.path, rebuilt);
          expect(tablesOf(rebuilt)).toEqual(tablesOf(world.path));
          expect(integrityOf(world.path)).toBe("ok");
          for (const { type, data } of log) {
            const { verdict } = (data.report ?? {}) as { verdict?: "accepted" | "rejected" };
            if (type === "attempt.ended" && verdict) seen[verdict] += 1;
            if (type === "decision.taken" && /was rejected in 3 reviews/.test(String(data.reason)))
              seen.escalated += 1;
          }
        } finally {
          await world.close();
        }
      },
    );
    await fc.assert(property, { numRuns: runs, ...(seed !== undefined && { seed }) });
    console.log(`${runs} runs: ${JSON.stringify(seen)}`);
    expect(Math.min(...Object.values(seen)), "every end of a review came about").toBeGreaterThan(0);
  },
  20_000 + runs * 10_000,
);

import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import type { Change } from "../../mcp-server/src/graph/event.ts";
import type { PlanSlug, TaskId } from "../../mcp-server/src/graph/task.ts";
import type { GraphStore } from "../../mcp-server/src/store/graph-store.ts";
import type { GraphWriter } from "../../mcp-server/src/store/graph-writer.ts";
import { definitionOf } from "../support/task-definition.ts";

export const REPOSITORY = "example.org/shop";
export const CHECKOUT = "builder:/home/dev/shop";
/** When everything in these tests happens. */
export const NOW = 1_750_000_000_000;

export function planCreated(slug = "shop", repository = REPOSITORY): Change {
  return {
    type: "plan.created",
    repository,
    slug: slug as PlanSlug,
    title: "A shop",
    source: { kind: "call" },
    policy: {},
    document: {},
  };
}

export function taskCreated(id: string, position: number, dependencies: readonly string[] = []): Change {
  const definition = definitionOf(id, {
    description: `Write src/${id}.ts.`,
    dependencies: dependencies as TaskId[],
    writes: [`src/${id}.ts`],
    origin: "call",
  });
  return { type: "task.created", task: definition.id, definition, position };
}

export function offered(task: string, attempt: AttemptId): Change {
  return {
    type: "claim.offered",
    task: task as TaskId,
    attempt,
    tokenHash: `hash of ${attempt}`,
    agentType: "parallel:feature-implementer",
    role: "feature-implementer",
    checkout: CHECKOUT,
    scope: { basis: "declared", writes: [`src/${task}.ts`], reads: [], resources: [] },
    isolation: "shared",
    owner: { host: "builder", pid: 4242, startedAt: "81726354" },
    expiresAtMs: NOW + 120_000,
  };
}

export function started(task: string, attempt: AttemptId): Change[] {
  return [
    { type: "attempt.started", task: task as TaskId, attempt, number: 1, leaseUntilMs: NOW + 1_200_000 },
    { type: "task.status", task: task as TaskId, status: "in_progress" },
  ];
}

export function completed(task: string, attempt: AttemptId): Change[] {
  const report = {
    outcome: "completed",
    summary: `${task} is done.`,
    evidence: [],
    filesChanged: [`src/${task}.ts`],
    findings: [],
    notes: [],
  } as const;
  return [
    { type: "attempt.ended", task: task as TaskId, attempt, outcome: "completed", report },
    { type: "task.status", task: task as TaskId, status: "completed" },
  ];
}

/** Makes a plan with tasks t1, t2, …; returns its id. */
export function makePlan(store: GraphStore, tasks: number, slug = "shop", repository = REPOSITORY) {
  return store.write(
    () => NOW,
    "main",
    async (tx) => {
      const planId = await tx.nextPlanId();
      const created = Array.from({ length: tasks }, (_, i) => taskCreated(`t${i + 1}`, i + 1));
      await tx.append(planId, planCreated(slug, repository), ...created);
      return planId;
    },
  );
}

/** Offers a task that is pending and unclaimed; returns the claim. */
export async function claim(tx: GraphWriter, planId: number, task: string): Promise<AttemptId> {
  const [attempt] = (await tx.nextAttemptIds(1)) as [AttemptId];
  await tx.append(planId, offered(task, attempt));
  return attempt;
}

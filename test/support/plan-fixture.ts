import type {
  AnyClaim,
  AttemptId,
  EndedAttempt,
  Outcome,
  Report,
} from "../../mcp-server/src/graph/attempt.ts";
import type { Change, GraphEvent } from "../../mcp-server/src/graph/event.ts";
import type { Plan } from "../../mcp-server/src/graph/plan.ts";
import type { PlanState } from "../../mcp-server/src/graph/plan-state.ts";
import { scopeOf, type Task, type TaskId } from "../../mcp-server/src/graph/task.ts";
import type { Usage } from "../../mcp-server/src/graph/usage.ts";
import { pendingTask } from "./task-definition.ts";

/** When the runs of the tests start: 2026-03-02 09:00 UTC. */
export const START_MS = Date.UTC(2026, 2, 2, 9);
const SECOND = 1000;

export function id(text: string): TaskId {
  return text as TaskId;
}

/** A pending task without scope, dependencies or acceptance, but for what is given. */
export function task(
  name: string,
  given: Partial<Omit<Task, "id" | "dependencies">> & { after?: string[] } = {},
): Task {
  const { after = [], ...rest } = given;
  return pendingTask(name, { dependencies: after.map(id), ...rest });
}

/** An attempt by seconds from the start of the run. Without `to` it still runs. */
export interface Ran {
  readonly task: string;
  readonly from: number;
  readonly to?: number;
  readonly outcome?: Outcome;
  readonly report?: Partial<Report>;
  readonly session?: string;
  readonly agentId?: string;
  readonly role?: string;
  readonly cause?: string;
  readonly lastMessage?: string;
  readonly widened?: string[];
  readonly usage?: Usage;
}

/** A report of a completed task without anything in it, but for what is given. */
export function report(given: Partial<Report>): Report {
  return {
    outcome: "completed",
    summary: "Done",
    evidence: [],
    filesChanged: [],
    findings: [],
    notes: [],
    ...given,
  };
}

/** A plan of these tasks, in this order, after these attempts. */
export function planState(
  tasks: readonly Task[],
  ran: readonly Ran[] = [],
  plan: Partial<Plan> = {},
): PlanState {
  const placed = tasks.map((one, position) => ({ ...one, position }));
  const numbers = new Map<string, number>();
  const claims = ran.map((one, i): AnyClaim => {
    const number = (numbers.get(one.task) ?? 0) + 1;
    numbers.set(one.task, number);
    const of = placed.find(({ id: name }) => name === one.task);
    if (!of) throw new Error(`no task ${one.task}`);
    const base = {
      id: (i + 1) as AttemptId,
      task: of.id,
      tokenHash: `hash-${i}`,
      agentType: `parallel:${one.role ?? "feature-implementer"}`,
      role: one.role ?? "feature-implementer",
      checkout: "/project",
      scope: scopeOf(of),
      widened: one.widened ?? [],
      isolation: "shared" as const,
      owner: { host: "host", pid: 1, startedAt: "1", ...(one.session && { session: one.session }) },
      offeredAtMs: START_MS + one.from * SECOND,
      number,
      startedAtMs: START_MS + one.from * SECOND,
      reminded: false,
      ...(one.agentId && { agentId: one.agentId }),
      ...(one.usage && { usage: one.usage }),
    };
    if (one.to === undefined) {
      return { ...base, state: "running", lastSeenMs: base.startedAtMs, leaseUntilMs: base.startedAtMs + 1 };
    }
    const ended: EndedAttempt = {
      ...base,
      state: "ended",
      endedAtMs: START_MS + one.to * SECOND,
      outcome: one.outcome ?? "completed",
      ...(one.report && { report: report(one.report) }),
      ...(one.cause && { cause: one.cause }),
      ...(one.lastMessage && { lastMessage: one.lastMessage }),
    };
    return ended;
  });
  return {
    plan: {
      slug: "demo" as Plan["slug"],
      title: "Demo",
      status: "open",
      source: { kind: "file", path: "specs/demo/03-tasks.json", sha256: "0" },
      createdAtMs: START_MS - 60 * SECOND,
      version: 1,
      ...plan,
    },
    tasks: placed,
    claims,
    caseInsensitive: false,
  };
}

/** Events, one second apart from the start of the run. */
export function eventsOf(...changes: readonly Change[]): GraphEvent[] {
  return changes.map((change, i) => ({
    seq: i + 1,
    atMs: START_MS + i * SECOND,
    v: 1,
    actor: "server",
    change,
  }));
}

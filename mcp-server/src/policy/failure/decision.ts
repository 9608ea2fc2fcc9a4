import { plural } from "../../text/format.ts";
import type { FailurePolicy } from "../policy.ts";

const DECISIONS = ["proceed", "wait", "retry", "stop", "escalate"] as const;
export type Decision = (typeof DECISIONS)[number];

/** What the decision after a synchronisation point looks at: numbers of tasks. */
export interface RunFacts {
  readonly failure: FailurePolicy;
  readonly stopped: boolean;
  readonly running: number;
  readonly ready: number;
  readonly completed: number;
  readonly failed: readonly string[];
  /** What was rejected in its last review and waits for a person. */
  readonly rejected: readonly string[];
  /** Failed attempts whose task went back to pending for another try. */
  readonly retrying: readonly string[];
  /** Pending tasks that can never start as things are. */
  readonly unreachable: number;
  readonly done: boolean;
  /** Why nothing more may be launched although something is ready. */
  readonly limit: string | undefined;
}

/** What the failure policy wants now, and why, in one sentence. */
export function decide(facts: RunFacts): { decision: Decision; reason: string } {
  if (facts.stopped) {
    const causes = [
      ...(facts.failed.length > 0 ? [`${facts.failed.join(", ")} failed`] : []),
      ...(facts.rejected.length > 0 ? [`${facts.rejected.join(", ")} was rejected`] : []),
    ];
    return {
      decision: "stop",
      reason: causes.length > 0 ? `The plan is stopped: ${causes.join(", ")}.` : "The plan is stopped.",
    };
  }
  if (facts.retrying.length > 0 && facts.ready > 0) {
    return { decision: "retry", reason: `${facts.retrying.join(", ")} failed and may be tried again.` };
  }
  if (facts.ready > 0) return { decision: "proceed", reason: `${facts.ready} ready.` };
  if (facts.running > 0) return { decision: "wait", reason: `${facts.running} running.` };
  if (facts.limit !== undefined && !facts.done) return { decision: "escalate", reason: facts.limit };
  if (facts.failed.length + facts.rejected.length > 0)
    return { decision: "escalate", reason: whatIsLeft(facts) };
  if (!facts.done) return { decision: "wait", reason: "Nothing can start yet." };
  const { unreachable } = facts;
  return {
    decision: "proceed",
    reason:
      unreachable > 0
        ? `Nothing more can start: ${plural(unreachable, "task")} ${unreachable === 1 ? "waits" : "wait"} for what was cancelled.`
        : "Everything has ended.",
  };
}

function whatIsLeft({ failed, rejected, completed, unreachable }: RunFacts): string {
  const sentences = [
    ...(rejected.length > 0 ? [`Rejected in every review: ${rejected.join(", ")}.`] : []),
    ...(failed.length > 0 && completed > 0 ? [`Failed after all attempts: ${failed.join(", ")}.`] : []),
    ...(failed.length > 0 && completed === 0 ? [`Nothing completed; failed: ${failed.join(", ")}.`] : []),
    ...(unreachable > 0 ? [`${plural(unreachable, "task")} cannot start because of that.`] : []),
  ];
  return sentences.join(" ");
}

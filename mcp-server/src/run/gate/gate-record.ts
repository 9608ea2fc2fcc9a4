import type { AttemptId } from "../../graph/attempt.ts";
import type { Change, ChangeType } from "../../graph/event.ts";
import { GateHistory } from "../../policy/gate/gate-run.ts";
import type { PlanView } from "../plan/plan-view.ts";

/** A run of the gate as its owner claimed it. */
export type HeldGateRun = Extract<Change, { type: "gate.started" }>;

/** What a run has come to. */
export type GateResult = Omit<Extract<Change, { type: "gate.ended" }>, "type" | "run">;

/** One run of the gate that has ended. */
export interface EndedGateRun {
  readonly started: HeldGateRun;
  readonly ended: Extract<Change, { type: "gate.ended" }>;
}

/** What the log tells of a plan's gate. */
export interface GateRecord {
  /** Of all runs, in the order in which they ended. */
  readonly ended: readonly EndedGateRun[];
  /** The run that has not ended; it may be that of a server that is dead. */
  readonly open: HeldGateRun | undefined;
  /** The number of the next run. */
  readonly nextRun: number;
  /** What the present gate said, as far as it counts. */
  readonly history: GateHistory;
  /** The runs of `history`. */
  readonly counted: readonly EndedGateRun[];
  readonly suspects: ReadonlySet<AttemptId>;
}

/**
 * Reads the record. What another command said does not count, nor what was said before the plan was last opened: who
 * resumes a plan wants it tried again.
 */
export async function gateRecord(plan: PlanView): Promise<GateRecord> {
  const types = [
    "gate.started",
    "gate.ended",
    "gate.suspected",
    "plan.status",
  ] as const satisfies readonly ChangeType[];
  const events = await plan.reader.events(plan.id, { types });
  const started = new Map<number, EndedGateRun["started"]>();
  const ended: EndedGateRun[] = [];
  let counted: EndedGateRun[] = [];
  let suspects = new Set<AttemptId>();
  let nextRun = 1;
  for (const { change } of events) {
    if (change.type === "gate.started") {
      started.set(change.run, change);
      nextRun = change.run + 1;
    } else if (change.type === "gate.ended") {
      const start = started.get(change.run);
      if (!start) continue;
      started.delete(change.run);
      ended.push({ started: start, ended: change });
      if (start.command === plan.policy.gate.trim()) counted.push({ started: start, ended: change });
    } else if (change.type === "gate.suspected") {
      suspects.add(change.attempt);
    } else if (change.type === "plan.status" && change.status === "open") {
      counted = [];
      suspects = new Set();
    }
  }
  const runs = counted.flatMap(({ started: { commit }, ended: { verdict } }) =>
    verdict === "none" ? [] : [{ commit, verdict }],
  );
  const open = [...started.values()].at(-1);
  return { ended, open, nextRun, history: new GateHistory(runs), counted, suspects };
}

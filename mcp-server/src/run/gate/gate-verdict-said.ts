import type { Change } from "../../graph/event.ts";
import { type GateReason, isRedBase } from "../../policy/gate/next-gate-step.ts";
import { codeSpan } from "../../text/inline-code.ts";
import type { GateRecord, GateResult, HeldGateRun } from "./gate-record.ts";

/** What a run tells that is nobody's doing and that somebody should know: once for each commit. */
export function gateVerdictSaid(
  before: GateRecord,
  after: GateRecord,
  { command, commit, merges, reason }: HeldGateRun,
  { verdict }: GateResult,
): Change[] {
  const gate = `the gate ${codeSpan(command)}`;
  const at = commit.slice(0, 12);
  const said = (decision: string, reason: string): Change => ({ type: "decision.taken", decision, reason });
  if (after.history.flaky.length > before.history.flaky.length) {
    return [
      said(
        "proceed",
        `On commit ${at} ${gate} was red and then green: it is flaky, and nobody is blamed for that. The commit counts as green.`,
      ),
    ];
  }
  const isBase = merges.length === 0 && reason !== ("join" satisfies GateReason) && verdict === "red";
  if (isBase && isRedBase(commit, after.history) && !isRedBase(commit, before.history)) {
    return [
      said(
        "escalate",
        `On the plan's branch itself (${at}) ${gate} is red, before anything is merged: nobody is blamed. Merges wait unless they make it green. Somebody has to look at it: repair the branch, or change the plan's gate, and resume the plan.`,
      ),
    ];
  }
  return [];
}

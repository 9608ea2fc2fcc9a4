import type { GraphEvent } from "../../graph/event.ts";
import { causeText } from "../../graph/task-cause.ts";
import type { EventLine } from "../../live/snapshot.ts";
import { formatDuration } from "../../text/format.ts";
import { cleanText, LINE_LIMIT } from "../../text/sanitize.ts";

/** An event as people read it. Only what is named here is told of it: events also hold what proves a claim. */
export function eventLine({ seq, atMs, actor, change }: GraphEvent): EventLine {
  return {
    ...{ seq, atMs },
    type: cleanText(change.type, LINE_LIMIT),
    actor: cleanText(actor, LINE_LIMIT),
    text: cleanText(wordsOf(change), LINE_LIMIT),
  };
}

function wordsOf(change: GraphEvent["change"]): string {
  switch (change.type) {
    case "task.created":
      return "came in";
    case "task.defined":
      return "was changed";
    case "task.status":
      return `is ${change.status.replace("_", " ")}${change.cause ? `: ${causeText(change.cause)}` : ""}`;
    case "task.annotated":
      return change.note === undefined ? "was annotated" : `note: ${change.note}`;
    case "claim.offered":
      return `was offered to ${change.role}`;
    case "claim.returned":
      return `the offer ended: ${change.cause}`;
    case "attempt.started":
      return `attempt ${change.number} began`;
    case "attempt.widened":
      return `${change.path} was added to its scope`;
    case "attempt.reminded":
      return "was asked for its report";
    case "attempt.ended":
      return `the attempt ended: ${change.outcome}${change.cause ? `, ${change.cause}` : ""}`;
    case "attempt.revived":
      return "its agent lives after all";
    case "delivery.accepted":
      return "its report was accepted, its work is on the way onto the branch";
    case "delivery.delayed":
      return `its work could not be delivered yet: ${change.cause}`;
    case "work.committed":
      return `its work is a commit of ${change.files.length} files`;
    case "work.merged":
      return "the plan's branch has its work";
    case "work.conflicted":
      return `its work does not go together with the plan's branch; ${change.mergeTask} merges it`;
    case "worktree.cut":
      return `a worktree was made${change.tookMs === undefined ? "" : ` in ${formatDuration(change.tookMs)}`}`;
    case "worktree.removed":
      return "its worktree is gone";
    case "write.denied":
      return `${change.warned ? "was warned of" : "was refused"} a write: ${change.command ?? change.path}, held by ${change.heldBy}`;
    case "token.refused":
      return `a call was refused: ${change.why}`;
    case "report.returned":
      return `its report went back: ${change.why}`;
    case "attempt.compared":
    case "scope.touched":
      return change.note;
    case "task.limited":
      return change.reason;
    default:
      return "";
  }
}

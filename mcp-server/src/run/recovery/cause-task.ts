import { extraFor } from "../../graph/purpose.ts";
import { plainSubject, type Task, type TaskDefinition, type TaskId } from "../../graph/task.ts";
import type { Recovery } from "../../policy/failure/recovery.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { freeId } from "../plan/new-task.ts";

/** The role of those who look for a cause. */
const ROLE = "debugger";

/** So much of what went wrong with a task stands in the recovery task's description. */
const MAX_TEXT = 600;

/**
 * What the last attempt said: the output of a command that failed tells more than what an agent thinks of it. The
 * last words of one that did not report tell nothing of a cause.
 */
export function whatWentWrong({ graph }: LoadedPlan, task: TaskId): string {
  const last = graph.claimsOf(task).findLast((claim) => claim.state === "ended");
  if (last?.state !== "ended" || last.outcome === "unreported") return "";
  const { report, lastMessage, cause } = last;
  const outputs = (report?.evidence ?? []).flatMap((evidence) =>
    "exitCode" in evidence && evidence.exitCode !== 0 ? [evidence.result] : [],
  );
  return (
    [...outputs, report && cause, report?.summary, lastMessage, cause].find(
      (text) => text !== undefined && text !== "",
    ) ?? ""
  );
}

export function recoveryTask(
  loaded: LoadedPlan,
  recovery: Recovery,
  failed: readonly Task[],
): TaskDefinition {
  const ids = failed.map((task) => task.id);
  const evidence = failed.map((task) => failureLines(loaded, task)).join("\n");
  const isApproach = recovery.kind === "approach";
  return {
    id: freeId(loaded, "recover-", 1),
    subject: isApproach
      ? `Find out why all that was tried failed`
      : `Find and fix the one cause of ${ids.length} failures`,
    description: `${isApproach ? "Everything that was tried so far in this plan failed" : "These tasks seem to have failed for one cause"}. What was reported:\n${evidence}\n\nFind the cause: reproduce it with the smallest command, look at what the tasks have in common (environment, a shared file, a wrong assumption). Fix it with the smallest change. Do not do the tasks themselves: they are tried again after you. Say in notes what their agents should know. If somebody has to decide, report blocked with blockedOn {question}; if there is nothing to fix, report failed with what you found.`,
    priority: "high",
    dependencies: [],
    needs: "all",
    reads: [],
    resources: [],
    inferredWrites: [],
    agent: ROLE,
    retries: 0,
    acceptance: [],
    origin: "server",
    extra: extraFor({ kind: "recover", failed: ids, causes: recovery.causes }),
  };
}

export function failureLines(loaded: LoadedPlan, task: Task): string {
  const text = whatWentWrong(loaded, task.id).slice(0, MAX_TEXT) || "It ended without a report.";
  return `- ${task.id} ${plainSubject(task, loaded.stored.slug)}\n${text.replace(/^/gm, "  > ")}`;
}

import type { Evidence, Report } from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import { extraFor, purposeOf } from "../../graph/purpose.ts";
import { outlineOf, type Task, type TaskDefinition, type TaskId } from "../../graph/task.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { freeId, nextPosition } from "../plan/new-task.ts";

/**
 * Acceptance commands that failed in files that others were writing, or that the server is to run itself and could not
 * beside them, are run again when nobody writes, by a task of their own: it writes nothing and reads everything, so by
 * the rules of scopes it runs beside no writer of the checkout, and no writer starts beside it. The task that reported
 * them counts as completed and its criterion as not verified until then; dependents do not wait, because a writer among
 * them would have to wait for itself.
 *
 * Only commands of the plan itself are run again, word for word: what an agent typed into a report must not become
 * another agent's order. An agent runs them, or the server, by the one rule for what it may run
 * (`run-verifications.ts`).
 *
 * There is one such task at a time: commands that fail before it has started are added to it, so that ten tasks that
 * all ran the whole test suite have it run again once.
 */

const ROLE = "test-runner";

/** Evidence of a command that ended with another exit code than 0. */
export type FailedCommand = Extract<Evidence, { readonly command: string }>;

/** The commands of a report that did not succeed. */
export function failedCommands({ evidence }: Report): FailedCommand[] {
  return evidence.filter((item): item is FailedCommand => "command" in item && item.exitCode !== 0);
}

/**
 * The changes that have commands of a completed task run again: those that failed, and others.
 * @param others of the task's acceptance.
 */
export function verifyLater(
  loaded: LoadedPlan,
  task: Task,
  report: Report,
  others: readonly string[],
): Change[] {
  const failed = failedCommands(report).map(({ command }) => command.trim());
  const commands = [...new Set([...failed, ...others])];
  if (commands.length === 0) return [];
  const open = [...loaded.graph.tasks.values()].find(
    (other) =>
      purposeOf(other)?.kind === "verify" &&
      other.status === "pending" &&
      !loaded.graph.hasLiveClaim(other.id),
  );
  const before = open ? commandsOf(open) : [];
  const of = [...new Set([...(open ? verifiedTasks(open) : []), task.id])];
  const definition = verification(open?.id ?? freeId(loaded, "verify"), of, [
    ...new Set([...before, ...commands]),
  ]);
  return [
    open
      ? { type: "task.defined", task: open.id, definition: { ...outlineOf(open), ...definition } }
      : { type: "task.created", task: definition.id, definition, position: nextPosition(loaded) },
    {
      type: "decision.taken",
      decision: "proceed",
      reason:
        failed.length > 0
          ? `${task.id} is completed, but a command of its acceptance failed in files that others were writing: it is run again when nobody writes (${definition.id}).`
          : `${task.id} is completed while others write: the commands of its acceptance are run when nobody does (${definition.id}).`,
    },
  ];
}

/** Why a verification is not achieved although it ran: its commands fail also when nobody writes. */
export function whyNotVerified(task: Task, report: Report | undefined): string | undefined {
  if (purposeOf(task)?.kind !== "verify") return undefined;
  if (!report) return "nobody reported how the commands ended";
  const failed = failedCommands(report).length;
  return failed === 0
    ? undefined
    : `${failed} of ${commandsOf(task).length} commands fail also when nobody writes (for ${verifiedTasks(task).join(", ")})`;
}

/** What is decided when the commands have been run again. */
export function afterVerification(task: Task, report: Report | undefined): Change {
  const tasks = verifiedTasks(task).join(", ");
  return whyNotVerified(task, report) === undefined
    ? {
        type: "decision.taken",
        decision: "proceed",
        reason: `What was to be run again for ${tasks} succeeds when nobody writes (${task.id}).`,
      }
    : {
        type: "decision.taken",
        decision: "escalate",
        reason: `What was to be run again for ${tasks} is not verified (${task.id}: ${whyNotVerified(task, report)}): somebody has to look at it.`,
      };
}

/** The commands that a verification runs. */
export function commandsOf({ acceptance }: Task): string[] {
  return acceptance.flatMap(({ command }) => command ?? []);
}

function verifiedTasks(task: Task): readonly TaskId[] {
  const purpose = purposeOf(task);
  return purpose?.kind === "verify" ? purpose.of : [];
}

function verification(id: TaskId, of: readonly TaskId[], commands: readonly string[]): TaskDefinition {
  return {
    id,
    subject: `Run again when nobody writes, for ${of.join(", ")}`,
    description:
      "The commands under Acceptance failed, or were not run, while other agents were writing in the same checkout. Now nobody writes. Run exactly these commands, each as it stands, from the top level, and change nothing, also if one fails. Report outcome completed when all of them have run, whatever came of it, with one entry of evidence for each: criterion (its number), command, exitCode, result (the end of what it printed). Only if a command cannot be started at all, report failed.",
    priority: "low",
    dependencies: of,
    needs: "all",
    writes: [],
    reads: ["**"],
    resources: [],
    inferredWrites: [],
    agent: ROLE,
    acceptance: commands.map((command, i) => ({ criterion: `Command ${i + 1} has run`, command })),
    origin: "server",
    extra: extraFor({ kind: "verify", of }),
  };
}

import { planBranch } from "../../git/plan-branch.ts";
import type { AttemptId, Claim } from "../../graph/attempt.ts";
import type { Task } from "../../graph/task.ts";
import type { FilesOfTask } from "../../report/files/files-of-tasks.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { attemptsAt, isReported } from "../plan/attempts-at.ts";
import { fileEventsOf, filesFromEvents, readFilesOfTasks } from "../plan/files-of-tasks.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { type PlanView, readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { foundBefore } from "../review/found-before.ts";
import { mergedCommit, type WorkRecord, workRecord } from "../worktrees/work-record.ts";
import { worktreeOfClaim } from "../worktrees/worktree-of-claim.ts";
import { type BriefFacts, type BriefReader, type WorktreeFacts, writeBrief } from "./brief.ts";
import { inputOf, inputsOf } from "./prerequisites.ts";

/** A claimed task, as far as its brief tells of it. */
export interface Briefed {
  readonly loaded: LoadedPlan;
  readonly task: Task;
  readonly claim: Pick<Claim, "id" | "scope" | "isolation">;
  /** What its brief needs, where that was read when the claim was written. */
  readonly read?: Promise<ReadForBrief> | undefined;
}

/** The brief for somebody who is there already: a worktree is made for a task that wants one, and named. */
export async function briefWithPlace(
  ctx: RunContext,
  store: GraphStore,
  briefed: Briefed,
  token: string,
  reader?: BriefReader,
): Promise<string> {
  const { claim, loaded } = briefed;
  const checkout = reader && !reader.isClaudeCode ? { checkout: ctx.checkout.root } : {};
  // Whoever asks for the brief has this plugin's tools.
  const asked = { canReport: true, ...(reader && { reader }), ...checkout };
  const worktree = claim.isolation === "worktree" ? await worktreeOfClaim(ctx, store, claim.id) : undefined;
  const readNow = () =>
    readGraph(ctx, store, async (view) => readForBrief(await view.plan(loaded.stored.slug), briefed));
  const read = await (briefed.read ?? readNow());
  return briefOf(ctx, briefed, token, asked, read, worktree);
}

/** What is read for a brief alone: nothing else needs it. */
export interface ReadForBrief {
  readonly description: string;
  readonly filesOf: FilesOfTask;
  /** Absent: the task has no worktree of its own. */
  readonly record?: WorkRecord;
}

const nothingSeen: FilesOfTask = () => undefined;

/** Reads what the brief for a claim needs beside the plan; of files only where tasks before it handed any over. */
export async function readForBrief(
  plan: PlanView,
  { task, claim }: Pick<Briefed, "task" | "claim">,
): Promise<ReadForBrief> {
  const inputs = inputsOf(plan, task);
  return {
    description: await plan.description(task.id),
    filesOf: inputs.length === 0 ? nothingSeen : await readFilesOfTasks(plan, inputs),
    ...(claim.isolation === "worktree" && { record: await workRecord(plan) }),
  };
}

/**
 * The same for a claim that this transaction makes, read as that is written; undefined where it will work in a worktree,
 * which is cut after that, from what is merged by then.
 */
export function readForBriefWithClaim(
  plan: PlanTransaction,
  { task, isolation }: { readonly task: Task; readonly isolation: Claim["isolation"] },
): Promise<ReadForBrief> | undefined {
  if (isolation === "worktree") return undefined;
  const { graph, id } = plan;
  const inputs = inputsOf(plan, task);
  const events = inputs.length === 0 ? {} : { events: fileEventsOf(graph, inputs) };
  return plan.writer.readWithSave({ planId: id, tasks: [task.id], ...events }).then((found) => {
    const description = found.descriptions.get(task.id);
    if (description === undefined) throw new Error(`there is no task ${task.id}`);
    return {
      description,
      filesOf: inputs.length === 0 ? nothingSeen : filesFromEvents(graph, found.events, inputs),
    };
  });
}

/** The brief for the holder of a claim. */
export function briefOf(
  { checkout, directory }: RunContext,
  { claim, loaded, task }: Briefed,
  token: string,
  asked: Pick<BriefFacts, "added" | "canReport" | "reader" | "checkout">,
  { description, filesOf, record }: ReadForBrief,
  place: Pick<WorktreeFacts, "path" | "port"> = {},
): string {
  return writeBrief({
    plan: loaded.stored.slug,
    task,
    description,
    token,
    scope: claim.scope,
    inputs: inputsOf(loaded, task).flatMap((id) => {
      const dependency = loaded.graph.tasks.get(id);
      return dependency ? [inputOf(loaded, dependency, filesOf)] : [];
    }),
    found: foundBefore(loaded, task),
    earlier: attemptsAt(loaded, task.id).filter((attempt) => attempt.id !== claim.id),
    ...asked,
    ...(directory !== checkout.root && { topLevel: checkout.root }),
    ...(record && { worktree: worktreeFacts(loaded, task, claim.id, { filesOf, record }, place) }),
  });
}

function worktreeFacts(
  loaded: LoadedPlan,
  task: Task,
  own: AttemptId,
  { filesOf, record }: Required<Pick<ReadForBrief, "filesOf" | "record">>,
  { path, port }: Pick<WorktreeFacts, "path" | "port">,
): WorktreeFacts {
  const kept = attemptsAt(loaded, task.id).flatMap((attempt) => {
    const commit = record.committed.get(attempt.id)?.commit;
    return attempt.id === own || commit === undefined ? [] : [{ number: attempt.number, commit }];
  });
  // What a task did in the shared checkout before anybody asked for a worktree is on no branch.
  const elsewhere = task.dependencies.filter((id) => {
    const attempt = attemptsAt(loaded, id).findLast(isReported);
    return (
      attempt?.isolation === "shared" &&
      (filesOf(id) ?? attempt.report)?.filesChanged.length !== 0 &&
      mergedCommit(record, id) === undefined &&
      !record.conflicted.some((line) => line.task === id)
    );
  });
  return {
    branch: planBranch(loaded.stored.slug),
    kept,
    elsewhere,
    ...(path !== undefined && { path }),
    ...(port !== undefined && { port }),
  };
}

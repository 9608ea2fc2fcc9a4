import { CallerError } from "../../errors/caller-error.ts";
import { prepareMerge } from "../../git/merge-tree.ts";
import { ensurePlanBranch, moveRefs } from "../../git/plan-branch.ts";
import { containedIn } from "../../git/remote/commits-there.ts";
import type { TaskId } from "../../graph/task.ts";
import { isGated } from "../../policy/gate/is-gated.ts";
import { completingAttempt } from "../../policy/work-location/completed-work.ts";
import { type LoadedPlan, taskOf } from "../plan/load-plan.ts";
import { planStart } from "../plan/plan-start.ts";
import type { RunContext } from "../project/run-context.ts";
import { branchOf, bringForWorktree } from "../remote/exchange.ts";
import { lookWhetherShared } from "../remote/shared-plans.ts";
import { conflictFor, mergedCommit, type WorkRecord } from "./work-record.ts";

/** A prerequisite's work is not on the plan's branch: the task has to wait for this one. */
export class PrerequisiteUnmerged extends Error {
  override readonly name = "PrerequisiteUnmerged";
  constructor(readonly waitFor: TaskId) {
    super(`the work before it is not merged yet; ${waitFor} does that`);
  }
}

/** What a task's worktree is cut from. */
interface Base {
  readonly base: string;
  /** The commits of the work before it, all of which the base contains. */
  readonly wanted: readonly string[];
}

/**
 * The plan's branch with the work of the tasks before this one, fetched where other clones take part.
 * @throws PrerequisiteUnmerged, CallerError, GitFailed; RefMoved when somebody else moved the branch
 */
export async function baseOfWorktree(
  ctx: RunContext,
  loaded: LoadedPlan,
  record: WorkRecord,
  task: TaskId,
): Promise<Base> {
  const isShared = await lookWhetherShared(ctx, loaded.graph);
  const merged = commitsBefore(loaded, record, task);
  const wanted = isShared ? commitsOfClones(loaded, record, task) : merged;
  if (isShared) await bringForWorktree(ctx.checkout.root, branchOf(loaded), conflictFor(record, task));
  return { base: await headWith(ctx, loaded, wanted), wanted };
}

/** What the tasks before it have merged. @throws PrerequisiteUnmerged */
function commitsBefore(loaded: LoadedPlan, record: WorkRecord, task: TaskId): string[] {
  const open = (id: TaskId) => loaded.graph.tasks.get(id)?.status !== "completed";
  return taskOf(loaded, task).dependencies.flatMap((id) => {
    const conflict = record.conflicted.findLast((line) => line.task === id);
    // The task that solves a conflict is the one that does not wait for its end.
    if (conflict && conflict.mergeTask !== task && open(conflict.mergeTask))
      throw new PrerequisiteUnmerged(conflict.mergeTask);
    return mergedCommit(record, id) ?? [];
  });
}

/**
 * What all tasks before it have committed, directly or not, in whatever clone: of what was done in a checkout there not
 * everything is on the plan's branch. A conflict is merged by a task of its own.
 */
function commitsOfClones({ graph }: LoadedPlan, record: WorkRecord, task: TaskId): string[] {
  const before = new Set([task]);
  for (const id of before) for (const next of graph.tasks.get(id)?.dependencies ?? []) before.add(next);
  before.delete(task);
  const isConflict = new Set(record.conflicted.map(({ attempt }) => attempt));
  return [...before].flatMap((id) => {
    const attempt = graph.tasks.get(id)?.status === "completed" && completingAttempt(graph.claimsOf(id));
    const committed = attempt && !isConflict.has(attempt.id) && record.committed.get(attempt.id);
    return committed && committed.files.length > 0 ? committed.commit : [];
  });
}

/** The plan's branch with these commits in it: they were merged before, but people move branches. */
async function headWith(ctx: RunContext, loaded: LoadedPlan, commits: readonly string[]): Promise<string> {
  const { root } = ctx.checkout;
  const { slug } = loaded.stored;
  const begun = await ensurePlanBranch(root, slug, await planStart(ctx));
  const contained = await containedIn(root, begun, commits);
  const lost = commits.filter((one) => !contained.has(one));
  if (lost.length === 0) return begun;
  for (const commit of lost) {
    const merge = await prepareMerge(root, slug, commit, `${slug}: merge ${commit.slice(0, 12)} again`);
    if (merge.kind === "contained") continue;
    // What nobody has tested must not come onto a branch that only stands at what its gate has passed.
    if (merge.kind === "conflict" || isGated(loaded.policy)) {
      const why =
        merge.kind === "conflict"
          ? `does not merge any more: ${merge.files.join(", ")}`
          : "its gate has not seen there";
      throw new CallerError(
        "wrong_state",
        `The branch of ${slug} has lost commit ${commit.slice(0, 12)}, which ${why}.`,
        "Ask the user to put that commit back on the branch.",
      );
    }
    await moveRefs(root, [merge.move], `parallel: ${slug}`);
  }
  return ensurePlanBranch(root, slug);
}

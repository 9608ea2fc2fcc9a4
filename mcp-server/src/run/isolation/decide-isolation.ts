import { type Isolation, type Task, type TaskOutline, unstarted } from "../../graph/task.ts";
import type { TaskEstimates } from "../../graph/task-estimates.ts";
import { asksForWorktree, Isolations, mayWrite } from "../../policy/isolation.ts";
import type { IsolationPolicy, Policy } from "../../policy/policy.ts";
import { chooseIsolation, type IsolationChoice } from "../../policy/worktrees/choose-isolation.ts";
import { Estimates } from "../../schedule/estimate.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { formatDuration, plural } from "../../text/format.ts";
import { analyse, NOT_BEGUN } from "../planning/analysis.ts";
import type { RunContext } from "../project/run-context.ts";
import { measuredCost, recordedCost, type WorktreeCost } from "./worktree-cost.ts";

/** A plan that is about to be made. */
export interface PlanToMake {
  readonly slug: string;
  readonly tasks: readonly TaskOutline[];
  readonly policy: Policy;
  /** Where its tasks are to work, as plan or settings say. */
  readonly wanted: IsolationPolicy;
  readonly isFromFile: boolean;
}

/**
 * Where the tasks of a plan that write work. It is decided before any of them starts, and stored, because their work
 * stays where it was done.
 * @param store undefined where there is no graph yet.
 * @param mayMeasure whether a worktree may be made to learn what one takes, where none was made in this repository yet.
 * @returns undefined where nobody asked for anything but the checkout.
 */
export async function decideIsolation(
  ctx: RunContext,
  store: GraphStore | undefined,
  plan: PlanToMake,
  mayMeasure: boolean,
): Promise<IsolationChoice | undefined> {
  if (plan.wanted === "shared") return undefined;
  const recorded = store && (await recordedCost(ctx, store, plan.policy.setup));
  const notMeasured = { unknown: "what a worktree takes here is measured when the plan is made" };
  const worktree = recorded ?? (mayMeasure ? await measuredCost(ctx, plan.policy.setup) : notMeasured);
  if (plan.wanted === "worktree") return { isolation: "worktree", reason: ofAll(plan, worktree) };
  const estimates = store
    ? await store.read((reader) => reader.currentEstimates(ctx.repository))
    : new Estimates();
  return chooseIsolation({
    commits: plan.policy.commit !== "none",
    writers: writersOf(ctx, plan, estimates),
    worktree,
  });
}

/** What `isolation: worktree` means for the tasks, and what it costs. */
function ofAll({ tasks, policy }: PlanToMake, worktree: WorktreeCost): string {
  const all = new Map(tasks.map((task, i) => [task.id, unstarted(task, i)]));
  const isolations = new Isolations(all, { ...policy, isolation: "worktree" });
  const apart = tasks.filter(({ id }) => isolations.of(id) === "worktree").length;
  const cost = "ms" in worktree ? `; one takes ${formatDuration(worktree.ms)} here` : "";
  return `${apart} of ${plural(tasks.length, "task")} ${apart === 1 ? "works" : "work"} in worktrees, as the policy says${cost}`;
}

/** When those tasks run that would get a worktree by the policy. */
function writersOf(
  ctx: RunContext,
  { slug, tasks: definitions, policy, isFromFile }: PlanToMake,
  estimates: TaskEstimates,
) {
  const tasks: Task[] = definitions.map(unstarted);
  const { schedule } = analyse(ctx, {
    ...{ slug, tasks, total: tasks.length, progress: NOT_BEGUN },
    ...{ policy, estimates, cap: policy.maxParallel, isFromFile },
  });
  const isolated = { ...policy, isolation: "worktree" } as const;
  const writing = new Set(
    tasks.filter((task) => mayWrite(task) && asksForWorktree(task, isolated)).map(({ id }) => id),
  );
  return schedule.filter(({ task }) => writing.has(task));
}

/** The decision in one line. */
export function isolationLine({ isolation, reason }: { isolation: Isolation; reason: string }): string {
  return `${isolation}: ${reason}`;
}

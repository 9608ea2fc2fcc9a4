import type { AnyClaim } from "../../graph/attempt.ts";
import { levels } from "../../graph/order/levels.ts";
import { purposeOf } from "../../graph/purpose.ts";
import { hasEnded } from "../../graph/readiness.ts";
import type { Isolation, Task, TaskId } from "../../graph/task.ts";
import { claimedScope } from "../../policy/exclusivity.ts";
import { mayShareCause, waitingForRetry, waitsForOthers } from "../../policy/failure/when-to-retry.ts";
import type { Isolations } from "../../policy/isolation.ts";
import { chooseModel } from "../../policy/models/choose-model.ts";
import type { WorkInReach } from "../../policy/work-location/work-in-reach.ts";
import { isolationsOf } from "../attempts/isolations-of.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { PlanView } from "../plan/plan-view.ts";
import type { Ahead } from "../planning/planning.ts";
import { realScope } from "../project/case-sensitivity.ts";
import type { Role } from "../project/roles.ts";
import type { RunContext } from "../project/run-context.ts";
import type { Candidate } from "./candidate.ts";

/** The ready tasks in the order of the schedule, without those that it holds back. */
function* inOrder({ graph }: LoadedPlan, ahead: Ahead | undefined): Generator<Task> {
  const first = new Set<TaskId>();
  for (const id of ahead?.startNow ?? []) {
    const task = graph.isReady(id) ? graph.tasks.get(id) : undefined;
    if (!task) continue;
    first.add(id);
    yield task;
  }
  for (const task of graph.ready) {
    if (!first.has(task.id) && !ahead?.heldBack.has(task.id)) yield task;
  }
}

/** Ready tasks in order of priority, each looked up only when it is its turn. */
export function* candidatesOf(
  plan: PlanView,
  ahead: Ahead | undefined,
  only: ((candidate: Candidate) => boolean) | undefined,
  reach: WorkInReach | undefined,
): Generator<Candidate> {
  const isolations = isolationsOf(plan);
  const level = levelThatMayStart(plan);
  const waiting = waitsForRetry(plan, level);
  for (const task of inOrder(plan, ahead)) {
    if (level !== undefined && !level.has(task.id)) continue;
    if (waiting.has(task.id)) continue;
    if (task.failedAttempts > 0 && waitsToSee(plan, task).length > 0) continue;
    const { role, agentType } = roleFor(plan.ctx, task);
    const scope = realScope(plan.ctx.checkout.root, claimedScope(task, plan.policy));
    const isolation = isolationHere(task, isolations, reach);
    const chosenModel = chooseModel(task, role, plan.policy);
    const candidate = {
      ...{ id: task.id, task, role, agentType, scope, isolation },
      ...(Object.keys(chosenModel).length > 0 && { chosenModel }),
    };
    if (only === undefined || only(candidate)) yield candidate;
  }
}

/**
 * Where the task runs if it starts here. What did not come through the remote may be in the checkout, because the user
 * brought it there.
 */
function isolationHere(task: Task, isolations: Isolations, reach: WorkInReach | undefined): Isolation {
  const isolation = isolations.of(task.id);
  if (!reach || isolation === "shared" || isolations.inOneClone(task.id) !== "shared") return isolation;
  const isBroughtByUser = reach.missingFor(task, "worktree") && !reach.missingFor(task, "shared");
  return isBroughtByUser ? "shared" : "worktree";
}

/**
 * The agent of a task. Verdicts and exit codes are told by the tool alone, so where the agent of that name has no access
 * to it, this plugin's own judges.
 */
function roleFor({ roles }: RunContext, task: Task): Role {
  const role = roles.resolve(task.agent);
  const kind = purposeOf(task)?.kind;
  const needsTool = kind === "review" || kind === "verify";
  return needsTool && !roles.canReport(role.agentType) ? roles.resolve(`parallel:${task.agent}`) : role;
}

/**
 * What ran beside a task when it failed and may show that the approach is wrong, so that the task waits for it. Whoever
 * cannot fail of the same cause shows nothing, and a task whose agent came to nothing failed of that.
 */
export function waitsToSee({ graph }: LoadedPlan, task: Task): readonly TaskId[] {
  const last = graph.claimsOf(task.id).findLast((claim) => claim.state === "ended");
  if (last?.state !== "ended" || last.outcome !== "failed") return [];
  const facts = ({ scope, task: id }: Pick<AnyClaim, "scope" | "task">) => ({
    writes: scope.writes,
    commands: graph.tasks.get(id)?.acceptance.flatMap(({ command }) => command ?? []) ?? [],
  });
  return graph.underCap
    .filter((claim) => mayShareCause(facts(last), facts(claim)))
    .filter((claim) => waitsForOthers(last.endedAtMs, graph.count("completed"), [claim.offeredAtMs]))
    .map((claim) => claim.task);
}

/** Tasks that let a failed one of their part of the plan be tried again first, if the policy says so, each with that one. */
export function waitsForRetry(
  loaded: LoadedPlan,
  level: ReadonlySet<string> | undefined = levelThatMayStart(loaded),
): ReadonlyMap<TaskId, TaskId> {
  return loaded.policy.failure === "retry"
    ? waitingForRetry(loaded.graph.tasks, (id) => level?.has(id) ?? true)
    : new Map();
}

/** With a barrier, only tasks of the lowest level that is not finished; undefined: without one, any. */
export function levelThatMayStart(loaded: LoadedPlan): Set<string> | undefined {
  if (loaded.policy.barrier !== "level") return undefined;
  const open = levels([...loaded.graph.tasks.values()]).find((level) =>
    level.some((task) => !hasEnded(task.status)),
  );
  return new Set(open?.map((task) => task.id));
}

import type { Task } from "../../graph/task.ts";
import { agentsFor, isSameShape, type Shape } from "../../policy/spending/in-turn.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { isDoneInTurn } from "../planning/done-in-turn.ts";
import type { Candidate } from "./candidate.ts";

/**
 * Which small tasks wait for an agent of their shape that works at another one and will take them when it has reported.
 * @returns for a candidate the task at whose end it is taken; undefined: it gets an agent of its own.
 */
export function turnsIn(
  plan: PlanView,
): (candidate: Candidate, chosen: readonly Candidate[]) => Task["id"] | undefined {
  const small = (task: Task | undefined) => task !== undefined && isDoneInTurn(plan, task, "shared");
  const atWork = plan.graph.underCap.filter(
    (claim) => claim.isolation === "shared" && small(plan.graph.tasks.get(claim.task)),
  );
  const waiting = new Map<string, number>();
  /** Small ones of the role that are ready: their models differ seldom, and then an agent more is none too many. */
  const readyOf = (role: string) => {
    const known = waiting.get(role);
    if (known !== undefined) return known;
    let count = 0;
    for (const task of plan.graph.ready) {
      if (small(task) && roleOf(task) === role) count += 1;
      // More agents than the cap there never are.
      if (agentsFor(count, 1) > plan.cap) break;
    }
    waiting.set(role, count);
    return count;
  };
  const roleOf = (task: Task) => plan.ctx.roles.resolve(task.agent).role;
  return (candidate, chosen) => {
    if (!isDoneInTurn(plan, candidate.task, candidate.isolation)) return undefined;
    const shape: Shape = candidate;
    const working = atWork.filter((claim) => isSameShape(claim, shape)).map(({ task }) => task);
    const begun = chosen
      .filter((one) => isSameShape(one, shape) && isDoneInTurn(plan, one.task, one.isolation))
      .map(({ task }) => task.id);
    const agents = [...working, ...begun];
    const allowed = agentsFor(readyOf(candidate.role) + working.length, working.length);
    return agents.length >= allowed ? agents[0] : undefined;
  };
}

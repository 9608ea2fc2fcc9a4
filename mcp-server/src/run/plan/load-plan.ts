import { CallerError } from "../../errors/caller-error.ts";
import type { PlanGraph } from "../../graph/plan-graph.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { type PlanSlug, SIZES, type Task, type TaskId } from "../../graph/task.ts";
import type { TaskEstimates } from "../../graph/task-estimates.ts";
import { ALL } from "../../policy/models/choose-model.ts";
import type { Policy } from "../../policy/policy.ts";
import type { SpentLimit } from "../../policy/spending/limits.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { StoredPlan } from "../../store/tables/rows.ts";
import { effectivePolicy, type PolicyInput } from "../project/plan-settings.ts";
import type { Roles } from "../project/roles.ts";
import type { RunContext } from "../project/run-context.ts";

/** A plan with the policy that holds for it. */
export interface LoadedPlan {
  readonly stored: StoredPlan;
  readonly policy: Policy;
  /** Settings that only a newer version of this program knows: they are kept and not applied. */
  readonly unknownSettings: readonly string[];
  /**
   * How many may run at once now: the policy's, or fewer after a rate or usage limit, or where what may be spent is not
   * enough for more.
   */
  readonly cap: number;
  /** For so long nothing starts, because a rate or usage limit was reached. */
  readonly pauseMs: number;
  /** The policy's limits of which four fifths are spent, the most spent first. */
  readonly near: readonly SpentLimit[];
  /** Set when one of them is reached, or would be before another agent can have reported: nothing more starts. */
  readonly spent: SpentLimit | undefined;
  /** Always as it is now: shared, and changed by whatever happens. */
  readonly graph: PlanGraph;
  readonly estimates: TaskEstimates;
  /** Whether the checkout's file system takes `A` and `a` for the same name. */
  readonly caseInsensitive: boolean;
}

const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;

export function isPlanSlug(text: string): boolean {
  return SLUG.test(text);
}

/** @throws CallerError when the text is not a plan's slug. */
export function planSlug(text: string): PlanSlug {
  if (!isPlanSlug(text)) {
    throw new CallerError(
      "bad_input",
      `plan: ${JSON.stringify(text.slice(0, 80))} is not a plan's name.`,
      "Use 1 to 64 lower-case letters, digits and hyphens, starting with a letter or digit.",
      "plan",
    );
  }
  return text as PlanSlug;
}

/** The graph of this checkout. @throws CallerError when no plan was ever made here. */
export async function existingGraph(ctx: RunContext, slug: string): Promise<GraphStore> {
  const store = await ctx.graph();
  if (!store) throw unknownPlan(planSlug(slug), []);
  return store;
}

/** The policy that holds for a plan here: capacities that nobody states are those of the agents' own files. */
export function policyOf(ctx: Pick<RunContext, "settings" | "roles">, stated: PolicyInput): Policy {
  const policy = effectivePolicy(ctx.settings, stated);
  const { roles } = ctx;
  return {
    ...policy,
    capacity: roles.capacities(policy.capacity),
    models: Object.fromEntries(
      Object.entries(policy.models).map(([name, choice]) => [modelsName(roles, name), choice]),
    ),
  };
}

/** What a name in `models` stands for: all agents, a size, or a role, however that is written. */
function modelsName(roles: Roles, name: string): string {
  return name === ALL || SIZES.some((size) => size === name) ? name : roles.resolve(name).role;
}

/** The rest of a pause in whole seconds, rounded up. */
export function pauseSeconds({ pauseMs }: LoadedPlan): number {
  return Math.ceil(pauseMs / 1_000);
}

/** The whole plan as it is now, for reports. */
export function stateOf(loaded: LoadedPlan): PlanState {
  const { stored, graph, estimates, unknownSettings, caseInsensitive } = loaded;
  const { slug, title, status, source, createdAtMs, version, cause, unrecognised } = stored;
  return {
    plan: {
      slug,
      title,
      status,
      source,
      createdAtMs,
      version,
      ...(cause !== undefined && { cause }),
      ...(unrecognised && { unrecognised }),
    },
    unknownSettings,
    caseInsensitive,
    tasks: [...graph.tasks.values()],
    claims: graph.claims,
    expectedMs: (task) => estimates.durationMs(task),
  };
}

export function unknownPlan(slug: string, known: readonly string[]): CallerError {
  return new CallerError(
    "unknown_plan",
    `There is no plan "${slug}" in this repository.`,
    known.length > 0
      ? `Known plans: ${known.slice(0, 10).join(", ")}. Or import one: plan_create {plan, from: "specs/NAME/03-tasks.json"}.`
      : 'Import one: plan_create {plan, from: "specs/NAME/03-tasks.json"}.',
    "plan",
  );
}

/** A task's name, split: `<plan>/<id>`, or `<id>` alone where the plan is known. */
export function splitTaskName(name: string, plan?: string): { plan: string; id: TaskId } {
  const slash = name.indexOf("/");
  if (slash > 0 && SLUG.test(name.slice(0, slash)) && (plan === undefined || name.slice(0, slash) === plan)) {
    return { plan: name.slice(0, slash), id: name.slice(slash + 1) as TaskId };
  }
  if (plan !== undefined) return { plan, id: name as TaskId };
  throw new CallerError(
    "bad_input",
    `task: ${JSON.stringify(name.slice(0, 80))} does not name a plan.`,
    'Write it as plan/id, for example "auth/1.2".',
    "task",
  );
}

/** @throws CallerError when the plan has no such task, naming some that it has. */
export function taskOf(loaded: LoadedPlan, id: string): Task {
  const task = loaded.graph.tasks.get(id as TaskId);
  if (task) return task;
  throw new CallerError(
    "unknown_task",
    `The plan "${loaded.stored.slug}" has no task "${id.slice(0, 80)}".`,
    `Its tasks are: ${[...loaded.graph.tasks.keys()].slice(0, 20).join(", ")}${loaded.graph.tasks.size > 20 ? ", …" : ""}.`,
    "task",
  );
}

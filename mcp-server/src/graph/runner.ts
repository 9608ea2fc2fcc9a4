import type { Owner } from "./attempt.ts";

/** A client of a runner, and how many of its agents run at once. */
export interface RunnerClient {
  readonly name: string;
  readonly slots: number;
}

/** What a process that executes plans without a conversation tells of itself. */
export interface RunnerFacts {
  /** `run` executes one plan to its end, `worker` takes part in several. */
  readonly kind: "run" | "worker";
  /** The preferred ones first. */
  readonly clients: readonly RunnerClient[];
  /** What is there, beside what every machine has. */
  readonly labels: readonly string[];
  /** Roles whose tasks it does; empty: all. */
  readonly roles: readonly string[];
  /** Names of plans; empty: all of the repository. */
  readonly plans: readonly string[];
  /** It starts nothing more. */
  readonly draining: boolean;
}

/** The same as the graph has it. Without a sign of life until its lease ends it is gone. */
export interface Runner extends RunnerFacts {
  readonly owner: Owner;
  readonly sinceMs: number;
  readonly lastSeenMs: number;
  readonly leaseUntilMs: number;
}

/** A runner renews its lease three times as often as it would end, in milliseconds. */
export const RUNNER_LEASE_MS = 60_000;

/** What a task asks of the machine, as its breakdown says it: `"labels": ["gpu", "os=windows"]`. */
export function labelsOf({
  extra,
}: {
  readonly extra: Readonly<Record<string, unknown>>;
}): readonly string[] {
  const { labels } = extra;
  return Array.isArray(labels) ? labels.filter((label): label is string => typeof label === "string") : [];
}

const SYSTEMS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { win32: "windows", darwin: "macos" };
const SYSTEM = "os=";

/** What is on a machine that tasks may ask for: its system, and what the user names. */
export function machineLabels(system: NodeJS.Platform, named: readonly string[]): readonly string[] {
  return [...new Set([`${SYSTEM}${SYSTEMS[system] ?? system}`, ...named])];
}

/** Whether the user can say that a machine has it: which system it has, it knows by itself. */
export function canBeNamed(label: string): boolean {
  return !label.startsWith(SYSTEM);
}

/** What a task asks of the machine and a machine with these labels does not have: such a task starts elsewhere only. */
export function missingLabels(
  task: { readonly extra: Readonly<Record<string, unknown>> },
  labels: readonly string[],
): readonly string[] {
  return labelsOf(task).filter((one) => !labels.includes(one));
}

/** Whether a runner is for a plan. */
export function isForPlan({ plans }: Pick<RunnerFacts, "plans">, slug: string): boolean {
  return plans.length === 0 || plans.includes(slug);
}

/** Whether a runner does tasks of a role. */
export function isForRole({ roles }: Pick<RunnerFacts, "roles">, role: string): boolean {
  return roles.length === 0 || roles.includes(role);
}

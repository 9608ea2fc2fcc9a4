import * as z from "zod";
import { type PolicyInput, policyInput } from "./plan-settings.ts";

/**
 * What servers before 1.5 accept in the column `plans.policy`. They refuse to read any plan of the repository when one
 * has a field or a value beyond this, so this schema never changes, whatever `policyInput` becomes.
 */
const POLICY_BEFORE_1_5 = z.strictObject({
  maxParallel: z.number().int().min(1).max(20),
  capacity: z.record(z.string(), z.number().int().min(1).max(20)),
  leaseMinutes: z.number().positive().max(10_080),
  maxLeaseHours: z.number().positive().max(168),
  failure: z.enum(["fail-fast", "best-effort", "retry"]),
  retries: z.number().int().min(0).max(10),
  unscoped: z.enum(["exclusive", "worktree", "shared"]),
  barrier: z.enum(["none", "level"]),
  guard: z.enum(["strict", "enforce", "warn", "off"]),
  approve: z.enum(["tools", "scope"]),
  review: z.enum(["off", "end", "task"]),
  commit: z.enum(["none", "task", "end"]),
  maxTokens: z.number().int().min(0),
}).shape;

/** A policy as it is stored, known and unknown fields together. */
type Stated = Readonly<Record<string, unknown>>;

/** What this server understands of a stored policy. */
export interface ReadPolicy {
  readonly stated: PolicyInput;
  /** Fields that a newer version wrote, or whose value only that knows. They are kept and not applied. */
  readonly unknown: readonly string[];
}

const known = new WeakMap<Stated, ReadPolicy>();

/**
 * Reads a stored policy field by field; nothing in it is an error, because another server may have written it. A plan
 * in memory keeps the object as long as its policy stays the same, so each is judged once.
 */
export function readPolicy(stored: Stated): ReadPolicy {
  const read = known.get(stored) ?? readFields(stored);
  known.set(stored, read);
  return read;
}

function readFields(stored: Stated): ReadPolicy {
  const stated: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [field, value] of Object.entries(stored)) {
    if (accepts(policyInput.shape, field, value)) stated[field] = value;
    else unknown.push(field);
  }
  return { stated: stated as PolicyInput, unknown };
}

/**
 * How a policy is stored, so that servers before 1.5 go on working in the same graph: fields and values that they
 * accept in `policy`, all others in `addedPolicy`, which they neither read nor touch. A field is in one of the two;
 * where an older server has written it to `policy` since, that is what holds. This needs no thought where a setting is
 * added: it is enough to add it to `policyInput`.
 */
export function storedPolicy(policy: Stated): { readonly policy: Stated; readonly addedPolicy?: Stated } {
  const entries = Object.entries(policy).filter(([, value]) => value !== undefined);
  const isOld = ([field, value]: [string, unknown]) => accepts(POLICY_BEFORE_1_5, field, value);
  const added = entries.filter((entry) => !isOld(entry));
  return {
    policy: Object.fromEntries(entries.filter(isOld)),
    ...(added.length > 0 && { addedPolicy: Object.fromEntries(added) }),
  };
}

function accepts(shape: Readonly<Record<string, z.ZodType>>, field: string, value: unknown): boolean {
  return Object.hasOwn(shape, field) && shape[field]?.safeParse(value).success === true;
}

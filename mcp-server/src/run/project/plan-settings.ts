import * as z from "zod";
import { CHOICE_WORDS, modelChoiceFrom } from "../../graph/model/model-choice.ts";
import { isWebAddress, whyNoWebhook } from "../../policy/notify-target.ts";
import {
  APPROVALS,
  BARRIERS,
  COMMITS,
  DEFAULT_POLICY,
  DELIVERIES,
  FAILURE_POLICIES,
  GUARDS,
  ISOLATION_POLICIES,
  type Policy,
  QUESTIONS,
  REVIEWS,
  TOGETHER,
  UNSCOPED,
  VERIFICATIONS,
} from "../../policy/policy.ts";

const minutes = z
  .number()
  .positive()
  .max(7 * 24 * 60);

/** A longer command cannot be approved; in characters. */
const MAX_COMMAND = 4_000;

/** The longest choice of a model and an effort, in characters. */
export const MAX_CHOICE = 30;
const modelChoice = z
  .string()
  .max(MAX_CHOICE)
  .refine((text) => modelChoiceFrom(text) !== undefined, `expected ${CHOICE_WORDS}`);

/** The policy as people and models write it: minutes, and only what they want changed. */
export const policyInput = z.strictObject({
  maxParallel: z.number().int().min(1).max(20).optional().describe("Agents at once"),
  capacity: z
    .record(z.string(), z.number().int().min(1).max(20))
    .optional()
    .describe("Agents at once per role"),
  leaseMinutes: minutes.optional().describe("Silence after which an agent is lost"),
  maxLeaseHours: z.number().positive().max(168).optional().describe("Longest attempt"),
  failure: z.enum(FAILURE_POLICIES).optional().describe("After a failed task"),
  retries: z.number().int().min(0).max(10).optional().describe("Further attempts"),
  unscoped: z.enum(UNSCOPED).optional().describe("Tasks whose files nobody knows"),
  barrier: z.enum(BARRIERS).optional().describe("Wait between levels"),
  guard: z.enum(GUARDS).optional().describe("Writes outside the scope"),
  approve: z.enum(APPROVALS).optional().describe("Allowed without a prompt"),
  review: z.enum(REVIEWS).optional().describe("When to review"),
  commit: z.enum(COMMITS).optional(),
  isolation: z.enum(ISOLATION_POLICIES).optional(),
  deliver: z.enum(DELIVERIES).optional(),
  questions: z.enum(QUESTIONS).optional(),
  verify: z.enum(VERIFICATIONS).optional(),
  maxTokens: z.number().int().min(0).optional().describe("Agents' tokens to stop launching at; 0: never"),
  maxCost: z.number().min(0).optional(),
  maxTurns: z.number().int().min(0).optional(),
  maxMinutes: z.number().min(0).optional(),
  together: z.enum(TOGETHER).optional(),
  setup: z.string().max(MAX_COMMAND).optional(),
  gate: z.string().max(MAX_COMMAND).optional(),
  // Where something of a plan is sent is the user's own business, and no breakdown's.
  notify: z
    .string()
    .max(MAX_COMMAND)
    .refine(
      (text) => !isWebAddress(text),
      "a web address is only read from the user's own settings (PARALLEL_NOTIFY)",
    )
    .optional(),
  models: z.record(z.string(), modelChoice).optional().describe('By role, size or all: {small: "haiku low"}'),
  escalate: z.array(modelChoice).max(10).optional(),
});

export type PolicyInput = z.infer<typeof policyInput>;

/** The same as the user's own settings may state it. */
export const userSettings = policyInput.extend({
  notify: z
    .string()
    .max(MAX_COMMAND)
    .superRefine((text, context) => {
      const why = isWebAddress(text) ? whyNoWebhook(text) : undefined;
      if (why !== undefined) context.addIssue({ code: "custom", message: why });
    })
    .optional(),
});

/** Fills what the input states over `base`. */
function over(base: Policy, input: PolicyInput): Policy {
  const { leaseMinutes, maxLeaseHours, maxMinutes, ...rest } = input;
  const stated = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...base,
    ...stated,
    ...(leaseMinutes !== undefined && { leaseMs: Math.round(leaseMinutes * 60_000) }),
    ...(maxMinutes !== undefined && { maxMs: Math.round(maxMinutes * 60_000) }),
    ...(maxLeaseHours !== undefined && { maxLeaseMs: Math.round(maxLeaseHours * 3_600_000) }),
  };
}

/** Fields in which a plan may ask for less than the user's settings allow, but not for more. */
export const ONLY_TIGHTENED = ["maxParallel", "guard", "unscoped", "verify"] as const;

/**
 * The policy that holds for a plan: defaults, then the user's settings, then the plan's own, which may only
 * tighten the fields of `ONLY_TIGHTENED`. Where tasks work is stored with the plan when it is made: settings that change
 * later, or are other on another machine, would have tasks look for work where it is not.
 */
export function effectivePolicy(settings: PolicyInput, plan: PolicyInput): Policy {
  const user = over(DEFAULT_POLICY, settings);
  const wanted = over(user, plan);
  return {
    ...wanted,
    maxParallel: Math.min(wanted.maxParallel, user.maxParallel),
    guard: stricter(GUARDS, wanted.guard, user.guard),
    unscoped: stricter(UNSCOPED, wanted.unscoped, user.unscoped),
    verify: stricter(VERIFICATIONS, wanted.verify, user.verify),
    isolation: plan.isolation ?? DEFAULT_POLICY.isolation,
    // Whom the user's own setting names is told as well, whatever the plan says.
    notify: plan.notify ?? DEFAULT_POLICY.notify,
    models: { ...user.models, ...plan.models },
  };
}

/** @param words from the strictest to the loosest. */
function stricter<Word>(words: readonly Word[], one: Word, other: Word): Word {
  return words.indexOf(one) < words.indexOf(other) ? one : other;
}

/** Says where the plan asked for more than the user's settings allow. */
export function policyWarnings(settings: PolicyInput, plan: PolicyInput): string[] {
  const effective = effectivePolicy(settings, plan);
  return ONLY_TIGHTENED.filter((field) => plan[field] !== undefined && plan[field] !== effective[field]).map(
    (field) =>
      `policy.${field} stays ${effective[field]}: a plan may only tighten it; the user's settings can allow ${plan[field]}.`,
  );
}

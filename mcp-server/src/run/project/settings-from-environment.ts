import { CallerError } from "../../errors/caller-error.ts";
import { machineLabels } from "../../graph/runner.ts";
import { ALL } from "../../policy/models/choose-model.ts";
import { type PolicyInput, userSettings } from "./plan-settings.ts";

/** Variables of the environment that hold numbers, by the field of the policy that they set. */
const NUMBER_VARIABLES = {
  maxParallel: "PARALLEL_MAX_PARALLEL",
  retries: "PARALLEL_RETRIES",
  leaseMinutes: "PARALLEL_LEASE_MINUTES",
  maxTokens: "PARALLEL_MAX_TOKENS",
  maxCost: "PARALLEL_MAX_COST",
  maxTurns: "PARALLEL_MAX_TURNS",
  maxMinutes: "PARALLEL_MAX_MINUTES",
} as const;

/** Variables that hold a field's text, most often one of its words. */
const WORD_VARIABLES = {
  failure: "PARALLEL_FAILURE",
  unscoped: "PARALLEL_UNSCOPED",
  guard: "PARALLEL_GUARD",
  approve: "PARALLEL_APPROVE",
  review: "PARALLEL_REVIEW",
  commit: "PARALLEL_COMMIT",
  isolation: "PARALLEL_ISOLATION",
  deliver: "PARALLEL_DELIVER",
  verify: "PARALLEL_VERIFY",
  setup: "PARALLEL_SETUP",
  notify: "PARALLEL_NOTIFY",
  together: "PARALLEL_TOGETHER",
  questions: "PARALLEL_QUESTIONS",
} as const;

/** What all agents work on: a model, an effort, or both. */
const MODEL_VARIABLE = "PARALLEL_MODEL";

/** What is on this machine that tasks may ask for, beside its system: "gpu, big-disk". */
export const LABELS_VARIABLE = "PARALLEL_LABELS";

/** The variable of each field that the environment can set. */
export const SETTING_VARIABLES: Readonly<Partial<Record<keyof PolicyInput, string>>> = {
  ...NUMBER_VARIABLES,
  ...WORD_VARIABLES,
  models: MODEL_VARIABLE,
};

/**
 * The user's settings from the environment: `PARALLEL_MAX_PARALLEL` and so on, and the plugin's options,
 * which the manifest passes the same way. Empty means not set. `capacity`, `maxLeaseHours` and `barrier` belong to a plan
 * and are set there alone.
 * @throws CallerError naming the variable.
 */
export function settingsFromEnvironment(env: NodeJS.ProcessEnv): PolicyInput {
  const raw: Record<string, unknown> = {};
  for (const [field, name] of Object.entries(NUMBER_VARIABLES)) {
    const value = set(env[name]);
    if (value !== undefined) raw[field] = Number(value);
  }
  for (const [field, name] of Object.entries(WORD_VARIABLES)) {
    const value = set(env[name]);
    if (value !== undefined) raw[field] = value;
  }
  const model = set(env[MODEL_VARIABLE]);
  if (model !== undefined) raw.models = { [ALL]: model };
  const parsed = userSettings.safeParse(raw);
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0]);
    const name = SETTING_VARIABLES[field as keyof PolicyInput] ?? field;
    throw new CallerError(
      "bad_input",
      `The setting ${name}${field === "notify" ? "" : `=${env[name]}`} is not valid: ${parsed.error.issues[0]?.message}.`,
      `Correct ${name} in the environment or in the plugin's configuration, then restart Claude Code.`,
      name,
    );
  }
  return parsed.data;
}

/** What is on this machine that tasks may ask for. @param named beside what its environment names. */
export function labelsHere(env: NodeJS.ProcessEnv, named: readonly string[]): readonly string[] {
  const all = [set(env[LABELS_VARIABLE]) ?? "", ...named].flatMap((list) => list.split(","));
  return machineLabels(
    process.platform,
    all.map((label) => label.trim()).filter((label) => label !== ""),
  );
}

/** An option that the user left empty arrives as an empty string, or as its own unreplaced name. */
function set(value: string | undefined): string | undefined {
  return value === undefined || value === "" || value.startsWith("${") ? undefined : value;
}

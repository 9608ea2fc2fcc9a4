import { CallerError } from "../errors/caller-error.ts";
import { ownPlugins } from "../host/installed-plugins.ts";
import { graphLocation } from "../run/project/graph-location.ts";
import { settingsFromEnvironment } from "../run/project/settings-from-environment.ts";
import { type Examination, troubleOf } from "./examination.ts";
import { type Check, type DoctorFinding, wrong } from "./finding.ts";

/** The plugin's options and the variables that its manifest passes them in. */
const OPTIONS = {
  maxParallel: "PARALLEL_MAX_PARALLEL",
  guard: "PARALLEL_GUARD",
  approve: "PARALLEL_APPROVE",
  maxTokens: "PARALLEL_MAX_TOKENS",
} as const;

/** Whether the environment's settings, and the plugin's options, can be used. */
export const settings: Check = {
  name: "Settings",
  async look(examination) {
    const env = withOptions(examination);
    const set = Object.keys(env).filter((name) => name.startsWith("PARALLEL_") && env[name] !== "");
    return {
      // Only names: an address may hold a password.
      seen: set.length === 0 ? "all as they come" : set.sort().join(", "),
      findings: [...(await addressFindings(examination, env)), ...policyFindings(env)],
    };
  },
};

/** An option counts where the environment says nothing. */
function withOptions({ settings: { files }, plugins, environment }: Examination): NodeJS.ProcessEnv {
  const id = ownPlugins(plugins).find(({ name }) => name === "parallel")?.id;
  const env = { ...environment };
  for (const file of files) {
    const options = (id === undefined ? undefined : file.settings.pluginConfigs?.[id]?.options) ?? {};
    for (const [option, name] of Object.entries(OPTIONS)) {
      if (options[option] !== undefined && !env[name]) env[name] = String(options[option]);
    }
  }
  return env;
}

/** Each setting is tried, also those behind the first that cannot be used. */
function policyFindings(env: NodeJS.ProcessEnv): DoctorFinding[] {
  const rest = { ...env };
  const findings: DoctorFinding[] = [];
  for (;;) {
    try {
      settingsFromEnvironment(rest);
      return findings;
    } catch (error) {
      const { problem, remedy } = troubleOf(error);
      findings.push(wrong(problem, remedy));
      const field = error instanceof CallerError ? error.field : undefined;
      // A setting that this version does not serve names the policy's field, and there is nothing to go on with.
      if (field === undefined || rest[field] === undefined) return findings;
      delete rest[field];
    }
  }
}

async function addressFindings({ checkout }: Examination, env: NodeJS.ProcessEnv): Promise<DoctorFinding[]> {
  try {
    await graphLocation(checkout, env.PARALLEL_DATABASE_URL || undefined);
    return [];
  } catch (error) {
    const { problem, remedy } = troubleOf(error);
    return [wrong(problem, remedy)];
  }
}

import * as z from "zod";
import type { PlanSlug } from "../graph/task.ts";
import type { McpClient } from "../policy/client.ts";
import { asksNobody, type RunEngine } from "../policy/engine.ts";
import { isolationLine } from "../run/isolation/decide-isolation.ts";
import { shortCounts } from "../run/plan/progress.ts";
import { analyzePlan } from "../run/planning/analyze-plan.ts";
import { engineFor } from "../run/session/engine-choice.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { defineTool, READ } from "./define-tool.ts";
import { plan } from "./input/fields.ts";

export const planAnalyze = defineTool({
  name: "plan_analyze",
  title: "Analyse a plan",
  description:
    "Use before a run: whether to parallelise what is left of a plan, what can run at once, what it will take and cost.",
  input: z.strictObject({
    plan,
    maxParallel: z.number().int().min(1).max(20).optional().describe("Default: the policy's"),
  }),
  annotations: READ,
  hasLongAnswer: true,
  async handle(input, { run, session, client }) {
    const { loaded, counts, analysis, timeline, engine, isolation, remote, together } = await analyzePlan(
      run,
      input.plan,
      input.maxParallel,
      (...of) => engineFor(run, session, ...of),
    );
    const { slug } = loaded.stored;
    session.told.set(loaded.stored.slug, loaded.stored.version);
    const {
      strategy,
      slackMinutes: _slack,
      schedule: _schedule,
      minutesByCap,
      running,
      cannotStart,
      contradictions,
      models,
      unknownRoles,
      overlappingRoles,
      ...rest
    } = analysis;
    session.offered = offeredBy(engine?.use, slug, session.interactive && strategy !== "direct");
    return {
      // Slack and the exact schedule are for people (`parallel plan`): they grow with the plan.
      data: {
        plan: loaded.stored.slug,
        counts: shortCounts(counts),
        strategy,
        ...rest,
        ...(running.length > 0 && { running }),
        ...(cannotStart.length > 0 && { cannotStart }),
        ...(contradictions.length > 0 && { contradictions }),
        ...(models.length > 0 && { models }),
        ...(together !== undefined && { together }),
        ...(unknownRoles.length > 0 && { unknownRoles }),
        ...(overlappingRoles.length > 0 && { overlappingRoles }),
        minutesByCap,
        ...(isolation && { isolation: isolationLine(isolation) }),
        ...(remote !== undefined && { remote }),
        // What is to follow the last task, for whoever orchestrates.
        review: loaded.policy.review,
        timeline,
        engine,
        next:
          strategy === "direct"
            ? `To run it, do it here without agents: task_claim {plan: "${loaded.stored.slug}", worker: "main"}; say why in one line.`
            : `Show this to the user. ${noPromptsAnyway(session)}${byChoice(session.offered)}${howToRun(client, slug, engine?.use)}`,
      },
    };
  },
});

/** The choice that begins the plan when the user takes it; undefined: nobody can take one, or it does not begin that way. */
function offeredBy(
  engine: RunEngine | undefined,
  plan: PlanSlug,
  canChoose: boolean,
): SessionMemory["offered"] {
  if (!canChoose || (engine !== "mod" && engine !== "burst")) return undefined;
  return { plan, choice: `Run ${plan}`, engine };
}

function byChoice(offered: SessionMemory["offered"]): string {
  if (!offered) return "To run it: ";
  const then = offered.engine === "mod" ? "it runs by itself" : "its first launches come with the answer";
  return `Word the choice to run it "${offered.choice}": chosen, ${then}. Else: `;
}

/** A choice that makes no difference is none. */
function noPromptsAnyway({ interactive, permissionMode }: SessionMemory): string {
  return interactive && asksNobody(permissionMode)
    ? "Offer no run without prompts: this mode has none. "
    : "";
}

function howToRun(client: McpClient, slug: string, engine: RunEngine | undefined): string {
  const claims = `task_claim {plan: "${slug}", worker: "main"}, one task after the other`;
  if (!client.agentsHaveTools) return `${claims}.`;
  const launches = `batch_next {plan: "${slug}"}`;
  if (!client.isClaudeCode)
    return `${launches}; where nothing starts agents that have these tools: ${claims}.`;
  if (engine === "mod") return `plan_update {plan: "${slug}", action: "run"}, or ${launches}.`;
  if (engine === "run") return `${inBackground(slug)}.`;
  const script = `Workflow {"name":"parallel:execute","args":"${slug}"}, or without that tool `;
  return `${engine === "workflow" ? script : ""}${launches}.`;
}

/** One call starts the runner, and the host tells its end. */
function inBackground(slug: string): string {
  return `Bash {"command":"parallel-tasks run ${slug} --yes","run_in_background":true}`;
}

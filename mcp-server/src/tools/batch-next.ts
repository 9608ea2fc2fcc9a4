import * as z from "zod";
import type { McpClient } from "../policy/client.ts";
import { shortCounts } from "../run/plan/progress.ts";
import { nextBatchToLaunch } from "../run/reporting/run-verifications.ts";
import { nextStep, waitFor } from "./answer/next-step.ts";
import { stopsFor } from "./answer/stops-for.ts";
import { defineTool, WRITE } from "./define-tool.ts";
import { plan } from "./input/fields.ts";

export const batchNext = defineTool({
  name: "batch_next",
  title: "Next batch",
  description:
    "Use to start a plan and whenever an agent has ended: returns the agents to launch now, all in one message. Without a tool that starts agents: task_claim.",
  input: z.strictObject({
    plan,
    max: z.number().int().min(1).max(20).optional().describe("Launch at most so many"),
  }),
  annotations: WRITE,
  alwaysLoad: true,
  async handle(input, { run, session, actor, client }) {
    const { loaded, launch, stop, counts, why, done, heldBack, interrupted } = await nextBatchToLaunch(
      run,
      actor,
      input.plan,
      input.max,
    );
    const stops = stopsFor(session, loaded, stop);
    session.plans.add(loaded.stored.slug);
    session.pulls.delete(loaded.stored.slug);
    session.goesOn();
    session.told.set(loaded.stored.slug, loaded.stored.version);
    const howToWait = session.wasToldHowToWait ? "" : ` ${waitFor(session)}`;
    if (launch.length > 0) session.wasToldHowToWait = true;
    return {
      // Every run pays for an answer with launches once per task: what they imply is left out.
      data: {
        launch,
        ...(stops.length > 0 && { stop: stops }),
        counts: shortCounts(launch.length > 0 ? { ...counts, pending: 0, ready: 0 } : counts),
        ...(interrupted.length > 0 && { interrupted }),
        ...(why.length > 0 && { why }),
        ...(launch.length === 0 && { done }),
        ...(heldBack.length > 0 && { heldBack }),
        next:
          launch.length > 0
            ? `${howToLaunch(client, launch.length)}${howToWait}`
            : nextStep(session, loaded, { ...counts, ready: 0 }, done),
      },
    };
  },
});

function howToLaunch(client: McpClient, count: number): string {
  if (client.isClaudeCode) return `Launch ${count === 1 ? "it" : `all ${count} in one message`} as given.`;
  if (client.agentsHaveTools) {
    return `Start ${count === 1 ? "an agent for it" : `one agent for each, all ${count} at once`}, with its prompt as it is.`;
  }
  return "Agents of this client do not have these tools: take each task yourself, one after another, with task_get and the token in its prompt.";
}

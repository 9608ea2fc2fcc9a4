import * as z from "zod";
import { waitSecondsFor } from "../policy/client.ts";
import { shortCounts } from "../run/plan/progress.ts";
import { checkUntil, collect } from "../run/reporting/collect.ts";
import { nextStep } from "./answer/next-step.ts";
import { stopsFor } from "./answer/stops-for.ts";
import { defineTool, IDEMPOTENT } from "./define-tool.ts";
import { ids, plan } from "./input/fields.ts";

export const batchCollect = defineTool({
  name: "batch_collect",
  title: "Collect results",
  description:
    "Use to wait for running agents and learn how they ended, instead of polling. Where agents that end wake you, end your turn instead.",
  input: z.strictObject({
    plan,
    until: z
      .union([
        z.enum(["next", "any", "all"]),
        z.strictObject({ atLeast: z.number().int().min(1).max(1_000) }),
      ])
      .optional()
      .describe(
        "next (default): one more ended; any: one completed, the rest is cancelled; all; {atLeast: n} completed",
      ),
    tasks: ids.optional().describe("Ids; default: those running now; ended also tells how these ended"),
    waitSeconds: z
      .number()
      .min(0)
      .max(7_200)
      .optional()
      .describe("Default: as long as the client bears; 0 only looks"),
  }),
  annotations: IDEMPOTENT,
  hasLongAnswer: true,
  alwaysLoad: true,
  async handle(input, { run, session, actor, agentId, client, signal, progress }) {
    const until = input.until ?? "next";
    checkUntil(until, input.tasks);
    const isMain = agentId === undefined;
    const isWorkflow = isMain && session.workflows.idOf(input.plan) !== undefined;
    const wholePlan = isWorkflow && until === "all" && input.tasks === undefined;
    const { loaded, satisfied, ended, stop, decision, reason, recovery, counts, done } = await collect(
      run,
      actor,
      {
        plan: input.plan,
        until,
        tasks: input.tasks,
        waitMs: waitSecondsFor(client, input.waitSeconds) * 1_000,
        sinceSeq: isMain ? session.told.get(input.plan) : undefined,
        wholePlan,
      },
      signal,
      progress,
    );
    const stops = stopsFor(session, loaded, stop);
    const mayLaunch = decision === "proceed" || decision === "retry";
    if (wholePlan && done) await session.workflows.handedOver(input.plan);
    // Nobody hears the answer of a call that was cancelled.
    if (isMain && !signal.aborted) session.told.set(loaded.stored.slug, loaded.stored.version);
    return {
      // Every run pays for this answer once per task: what the batch_next that follows tells is left out.
      data: {
        satisfied,
        // What the report of a workflow tells, all of it at once, is not told twice.
        ...(!wholePlan && { ended }),
        ...(stops.length > 0 && { stop: stops }),
        decision,
        ...(recovery.length > 0 && { recovery }),
        ...((done || decision !== "proceed") && { reason, counts: shortCounts(counts), done }),
        // What is ready and has to wait is not to be asked for again and again.
        next: nextStep(session, loaded, mayLaunch ? counts : { ...counts, ready: 0 }, done),
      },
    };
  },
});

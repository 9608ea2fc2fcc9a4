import * as z from "zod";
import { CallerError } from "../errors/caller-error.ts";
import { waitSecondsFor } from "../policy/client.ts";
import { untilRunnerLeft } from "../run/engine/end-of-runner.ts";
import { shortCounts } from "../run/plan/progress.ts";
import { checkUntil, collect } from "../run/reporting/collect.ts";
import { type CollectedLaunches, collectLaunches } from "../run/reporting/collect-launches.ts";
import { beginWait, waitBesideFor } from "../run/reporting/wait-beside.ts";
import { addReview } from "../run/review/add-review.ts";
import { askForPlan } from "./answer/ask-user.ts";
import { batchAnswer } from "./answer/batch-answer.ts";
import { nextStep } from "./answer/next-step.ts";
import type { Asked } from "./answer/question.ts";
import { stopsFor } from "./answer/stops-for.ts";
import type { Waits } from "./answer/wait-form.ts";
import { type Answer, defineTool, IDEMPOTENT, type ToolContext } from "./define-tool.ts";
import { ids, plan } from "./input/fields.ts";

const WAITED_FOR_ALREADY =
  "This is waited for beside the conversation already: end your turn, you are woken.";

/** A runner that has executed a plan writes its report and leaves. */
const LEAVING_MS = 20_000;

/** Agents that end within so much time of each other cost their orchestrator one turn. */
const GATHER_MS = 300;

export const batchCollect = defineTool({
  name: "batch_collect",
  title: "Collect results",
  description:
    "Use to wait for running agents, instead of polling. Where agents that end wake you, end your turn instead.",
  input: z.strictObject({
    plan,
    launch: z
      .boolean()
      .optional()
      .describe("Until something can be launched or all is done; with launches, as batch_next"),
    until: z
      .union([
        z.enum(["next", "any", "all"]),
        z.strictObject({ atLeast: z.number().int().min(1).max(1_000) }),
      ])
      .optional()
      .describe(
        "next (default): one more ended; any: one completed, rest is cancelled; all; {atLeast: n} completed",
      ),
    tasks: ids.optional().describe("Ids; default: those running now"),
    waitSeconds: z
      .number()
      .min(0)
      .max(7_200)
      .optional()
      .describe("Default: what the client bears; 0 only looks"),
  }),
  annotations: IDEMPOTENT,
  hasLongAnswer: true,
  async handle(input, context) {
    const { run, session, actor, agentId, client, signal, progress } = context;
    // What runs the plan beside the conversation launches what there is.
    if (input.launch && !session.runsBeside(input.plan)) {
      if (input.until !== undefined || input.tasks !== undefined) throw launchesAll();
      return launches(input.plan, input.waitSeconds, context);
    }
    const until = input.until ?? (input.launch ? "all" : "next");
    checkUntil(until, input.tasks);
    const isMain = agentId === undefined;
    const isWorkflow = isMain && session.runsBeside(input.plan);
    const wholePlan = isWorkflow && until === "all" && input.tasks === undefined;
    const { loaded, satisfied, ended, stop, decision, reason, recovery, counts, done, waits } = await collect(
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
    if (session.runners.has(input.plan) && (await untilRunnerLeft(run, input.plan, done ? LEAVING_MS : 0)))
      session.runners.forget(input.plan);
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
        ...(waits.length > 0 && { waits }),
        ...((done || decision !== "proceed") && { reason, counts: shortCounts(counts), done }),
        // What is ready and has to wait is not to be asked for again and again.
        next: nextStep(session, loaded, mayLaunch ? counts : { ...counts, ready: 0 }, done),
      },
    };
  },
});

async function launches(
  plan: string,
  waitSeconds: number | undefined,
  context: ToolContext,
): Promise<Answer | Asked | Waits> {
  const { run, session, actor, client, signal, progress, asking } = context;
  session.module.end(plan);
  const told = session.told.get(plan);
  const collectFor = async (waitMs: number): Promise<CollectedLaunches> => {
    const found = await collectLaunches(
      run,
      actor,
      {
        plan,
        waitMs,
        sinceSeq: told,
        again: (attempt) => session.isLeftOut(attempt),
        isNewStop: ({ agentId }) => !session.toldToStop.has(agentId),
        gatherMs: GATHER_MS,
      },
      signal,
      progress,
    );
    const hasMore = found.done && !signal.aborted && (await addReview(run, actor, plan));
    return hasMore ? collectFor(waitMs) : found;
  };
  const mayWaitBeside = context.hasTasks && actor === "main" && waitSeconds !== 0;
  let collected = await collectFor(mayWaitBeside ? 0 : waitSecondsFor(client, waitSeconds) * 1_000);
  // The user is asked when nothing else is left to do: a form keeps this call.
  if (actor === "main" && !signal.aborted && (collected.isStuck || collected.done)) {
    const asked = await askForPlan(run, session, plan, asking);
    if (asked === "answered") return launches(plan, waitSeconds, context);
    if (asked) return asked;
  }
  if (mayWaitBeside) {
    const waitsFor = waitBesideFor(run, collected, told);
    if (waitsFor) {
      session.goesOn();
      if (session.waitsBeside.has(plan)) return { data: { plan, next: WAITED_FOR_ALREADY } };
      const wait = beginWait(run, collected.loaded.stored.slug, waitsFor);
      session.waitsBeside.set(plan, wait.id);
      return { wait };
    }
    const { launch, stop, done, isStuck } = collected;
    const isNothing = launch.length === 0 && stop.length === 0 && !done && !isStuck;
    if (isNothing) collected = await collectFor(waitSecondsFor(client, waitSeconds) * 1_000);
  }
  const { decision, reason, isStuck } = collected;
  // What went well is in the counts, and in the report.
  const ended = collected.ended.filter(({ line, findings }) => line !== undefined || findings !== undefined);
  // Nobody hears the answer of a call that was cancelled.
  const answer = batchAnswer(session, client, collected, isStuck);
  if (signal.aborted && told !== undefined) session.told.set(plan, told);
  const isForSomebody = isStuck || (collected.done && collected.counts.failed > 0);
  return {
    data: {
      ...answer,
      ...(mayWaitBeside && isForSomebody && { next: `${answer.next} ${waitsForDecision(plan)}` }),
      ...(ended.length > 0 && { ended }),
      ...(decision !== "proceed" && { decision, reason }),
    },
  };
}

function waitsForDecision(plan: string): string {
  return `batch_collect {plan: "${plan}", launch: true} once more waits beside the conversation until somebody decides, and wakes it then.`;
}

function launchesAll(): CallerError {
  return new CallerError(
    "bad_input",
    "launch waits for whatever can be done in the plan: until and tasks do not go with it.",
    "Leave them out, or leave out launch.",
    "launch",
  );
}

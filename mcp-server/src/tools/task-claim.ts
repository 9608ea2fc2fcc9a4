import * as z from "zod";
import { MAX_TASK_ID } from "../graph/task.ts";
import { claimTask } from "../run/claims/claim-task.ts";
import { WORKFLOW_WORKER } from "../run/claims/workflow-worker.ts";
import { existingGraph, type LoadedPlan } from "../run/plan/load-plan.ts";
import { countsOf, isDone, shortCounts } from "../run/plan/progress.ts";
import { isStuck } from "../run/reporting/who-goes-on.ts";
import { beforeReport } from "../run/review/review-due.ts";
import { defineTool, WRITE } from "./define-tool.ts";
import { plan } from "./input/fields.ts";

export const taskClaim = defineTool({
  name: "task_claim",
  title: "Claim a task",
  description:
    "Use as a worker that pulls its own work: gives one task with its brief, or says why there is none.",
  input: z.strictObject({
    plan,
    task: z.string().max(MAX_TASK_ID).optional().describe("Id; default: the best that fits"),
    agent: z.string().max(100).optional().describe("Your role, to get only its tasks"),
    worker: z.string().min(1).max(100).describe("Your name"),
  }),
  annotations: WRITE,
  async handle(input, { run, session, actor, agentId, client }) {
    const isWorkflow = input.worker === WORKFLOW_WORKER && session.workflows.idOf(input.plan) !== undefined;
    // Claude Code's agents do one task each; whoever else claims goes on with the next one.
    const pulls = agentId === undefined && !isWorkflow;
    const { loaded, claim, why } = await claimTask(run, actor, agentId, {
      ...input,
      reader: { pulls, isClaudeCode: client.isClaudeCode },
    });
    const { slug } = loaded.stored;
    // Claude Code's main conversation may try for one task in the middle of a run that it launches agents for.
    if (pulls && (claim || !client.isClaudeCode)) session.pulls.set(slug, input.worker);
    if (claim && isWorkflow && agentId !== undefined) session.workflows.noteAgent(slug, agentId);
    if (claim && !isWorkflow && agentId !== undefined) session.pools.add(slug);
    if (claim && pulls) session.notePull(claim.token);
    if (claim)
      return { data: { claim, next: "Carry out the brief and report with task_report." }, text: claim.brief };
    const counts = countsOf(loaded);
    const done = isDone(loaded) || loaded.stored.status !== "open";
    const over = done || loaded.spent !== undefined;
    // Only who would wait otherwise is told that.
    const goesNoFurther = pulls && !over && (await isStuck(run, await existingGraph(run, slug), slug));
    return {
      data: {
        claim: null,
        why,
        counts: shortCounts(counts),
        done,
        next: isWorkflow
          ? "Do nothing more: call StructuredOutput."
          : afterNone(loaded, agentId !== undefined, over, goesNoFurther),
      },
    };
  },
});

/** An agent of this host may not wait in a tool; whoever launched it also launches what becomes ready. */
function afterNone(loaded: LoadedPlan, isAgent: boolean, over: boolean, goesNoFurther: boolean): string {
  if (isAgent) return "End your turn: there is nothing more for you to claim.";
  if (goesNoFurther) return "Nothing runs and nothing can start here: tell the user why, and end.";
  const { slug } = loaded.stored;
  return over
    ? `There is nothing more to claim; ${beforeReport(loaded) ?? `plan_report {plan: "${slug}"} tells how the plan ended`}.`
    : `Wait with batch_collect {plan: "${slug}", until: "next"}, then claim again.`;
}

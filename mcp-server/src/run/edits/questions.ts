import { createHash } from "node:crypto";
import type { AttemptId } from "../../graph/attempt.ts";
import { type TaskId, taskName } from "../../graph/task.ts";
import type { QUESTIONS } from "../../policy/policy.ts";
import { claimOfToken, isRefusal } from "../attempts/claim-by-token.ts";
import { existingGraph, splitTaskName } from "../plan/load-plan.ts";
import { type PlanView, readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { updateTask } from "./update-task.ts";

/** Something that an agent asks the user. */
export interface OpenQuestion {
  /** The task's whole name. */
  readonly task: string;
  readonly subject: string;
  readonly text: string;
  /** The attempt that asked, and what: another question is another form. */
  readonly key: string;
}

/** How a note begins that says of a question that the agent decides it. */
const LEFT_TO_AGENT = "Nobody answered, so decide by yourself";
/** A note of a task holds so much of the question. */
const MAX_QUESTION = 800;

/**
 * What an agent asks that is about to report itself blocked, and what its plan wants done about it.
 * @returns undefined where the report would be refused, so that nobody is asked for a dead agent.
 */
export async function questionOfAgent(
  ctx: RunContext,
  report: { readonly task: string; readonly token: string; readonly question: string },
): Promise<
  (OpenQuestion & { readonly policy: (typeof QUESTIONS)[number]; readonly isLeft: boolean }) | undefined
> {
  const { plan, id } = splitTaskName(report.task);
  const store = await existingGraph(ctx, plan);
  return readGraph(ctx, store, async (view) => {
    const found = await claimOfToken(view, report.token);
    if (isRefusal(found) || found.held.plan !== plan || found.task.id !== id) return undefined;
    const { task, loaded, held } = found;
    const question = report.question.trim();
    return {
      ...questionOf(loaded, id, held.claim.id, question),
      policy: loaded.policy.questions,
      isLeft: task.notes.includes(leftNote(question)),
    };
  });
}

/** What is asked in a plan in which nothing more can start: tasks that failed by a question, what holds up most first. */
export async function openQuestions(ctx: RunContext, slug: string): Promise<readonly OpenQuestion[]> {
  const store = await existingGraph(ctx, slug);
  return readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    if (plan.stored.status === "stopped" || plan.policy.questions === "later") return [];
    return [...plan.graph.tasks.values()].flatMap((task) => {
      if (task.status !== "failed") return [];
      const last = plan.graph.claimsOf(task.id).at(-1);
      const need = last?.state === "ended" ? last.report?.blockedOn : undefined;
      return last && need && "question" in need ? [questionOf(plan, task.id, last.id, need.question)] : [];
    });
  });
}

function questionOf(plan: PlanView, id: TaskId, attempt: AttemptId, text: string): OpenQuestion {
  const task = taskName(plan.stored.slug, id);
  const hash = createHash("sha256").update(`${task}\n${attempt}\n${text}`).digest("hex");
  return { task, subject: plan.graph.tasks.get(id)?.subject ?? "", text, key: `question-${hash}` };
}

/** An agent that is at work goes on by the answer, and whoever works on the task after it knows it, too. */
export async function answerAgent(
  ctx: RunContext,
  agentId: string | undefined,
  { task, text }: OpenQuestion,
  token: string,
  answer: string,
): Promise<void> {
  await updateTask(ctx, "person", agentId, { task, token, note: answerNote(text, answer) });
}

/** The task is tried again, with the answer. */
export async function answerTask(
  ctx: RunContext,
  { task, text }: OpenQuestion,
  answer: string,
): Promise<void> {
  await updateTask(ctx, "person", undefined, { task, status: "pending", note: answerNote(text, answer) });
}

/** From now on the question is the agent's to decide; the same one again is for the user. */
export async function leaveToAgent(
  ctx: RunContext,
  agentId: string | undefined,
  { task, text }: OpenQuestion,
  token: string,
): Promise<void> {
  await updateTask(ctx, "server", agentId, { task, token, note: leftNote(text) });
}

function answerNote(question: string, answer: string): string {
  return `The user was asked: ${question.slice(0, MAX_QUESTION)}\nThe user's answer: ${answer}`;
}

function leftNote(question: string): string {
  return `${LEFT_TO_AGENT}: ${question.slice(0, MAX_QUESTION)}`;
}

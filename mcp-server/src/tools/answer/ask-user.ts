import {
  answerAgent,
  answerTask,
  leaveToAgent,
  type OpenQuestion,
  openQuestions,
  questionOfAgent,
} from "../../run/edits/questions.ts";
import type { RunContext } from "../../run/project/run-context.ts";
import type { SessionMemory } from "../../run/session/session.ts";
import { foreignLine } from "../../text/untrusted-text.ts";
import type { Asked, Asking } from "./question.ts";

/** More of a question nobody reads in a form, in characters. */
const MAX_SHOWN = 2_000;

interface Told {
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Puts an agent's question before its report is taken: with an answer it goes on, and has not reported.
 * @returns undefined where the report is to be taken as it is.
 */
export async function askForAgent(
  run: RunContext,
  agentId: string | undefined,
  report: { readonly task: string; readonly token: string; readonly question: string },
  asking: Asking,
): Promise<Asked | Told | undefined> {
  const question = await questionOfAgent(run, report);
  if (!question || question.policy === "later" || question.isLeft) return undefined;
  const reply = asking.isPossible ? asking.wordsTo(question.key) : "none";
  if (reply === undefined) return { question: formOf(question) };
  if (reply !== "none") {
    await answerAgent(run, agentId, question, report.token, reply.words);
    return goesOn(question, reply.words, "The user has answered. Go on by it");
  }
  if (question.policy !== "decide") return undefined;
  await leaveToAgent(run, agentId, question, report.token);
  return goesOn(
    question,
    undefined,
    "Nobody answered. Decide by yourself, for what is easiest to change later, say in notes what you decided",
  );
}

function goesOn({ task }: OpenQuestion, answer: string | undefined, how: string): Told {
  return {
    data: {
      task,
      outcome: "not taken",
      ...(answer !== undefined && { answer }),
      next: `${how}, and report with the same token when the task is done.`,
    },
  };
}

/**
 * Asks the user what keeps a plan from going on, one question after another. A question that was not answered is not put
 * again in this session.
 * @returns `answered`: the plan can go on; undefined: there is nothing to ask.
 */
export async function askForPlan(
  run: RunContext,
  session: SessionMemory,
  plan: string,
  asking: Asking,
): Promise<Asked | "answered" | undefined> {
  if (!asking.isPossible) return undefined;
  let isAnswered = false;
  for (const question of await openQuestions(run, plan)) {
    if (session.unanswered.has(question.key)) continue;
    const reply = asking.wordsTo(question.key);
    if (reply === undefined) return isAnswered ? "answered" : { question: formOf(question) };
    if (reply === "none") session.unanswered.add(question.key);
    else {
      await answerTask(run, question, reply.words);
      isAnswered = true;
    }
  }
  return isAnswered ? "answered" : undefined;
}

function formOf({ task, subject, text, key }: OpenQuestion) {
  const message = `The task ${task} (${foreignLine(subject, 100)}) asks: ${foreignLine(text, MAX_SHOWN)}`;
  return { key, message, field: { words: "Your answer" } };
}

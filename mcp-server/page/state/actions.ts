import { computed, signal } from "@preact/signals";
import type { ActionName, ActionRequest, ActionResult } from "../../src/live/snapshot.ts";
import { planPath } from "../connection/paths.ts";
import { ask, isReadOnly, refusal } from "../connection/session.ts";
import { address } from "./address.ts";
import { connection, livePlan, replay } from "./plan-state.ts";

/** What came of the last action, for the reader. */
export const outcome = signal<{ readonly isDone: boolean; readonly text: string } | undefined>(undefined);

/** An action that is asked about before it is done. */
export interface Question {
  readonly action: ActionName;
  readonly task?: string;
  /** Of `restore`: the file. */
  readonly text?: string;
}
export const question = signal<Question | undefined>(undefined);

/** Whether an action is on its way; a second one waits for it. */
export const isActing = signal(false);

/** Whether anything can be done: what is shown is what is. */
export const mayAct = computed(
  () => !isReadOnly.value && replay.value === undefined && connection.value.state !== "lost",
);

/** Does it, and says what came of it. @returns whether it was done. */
export async function act(request: Omit<ActionRequest, "seq">): Promise<boolean> {
  const { of } = address.peek();
  const seq = livePlan.peek()?.seq;
  if (of === undefined || seq === undefined || isActing.peek()) return false;
  isActing.value = true;
  try {
    const answer = await ask(planPath(of, "act"), { body: { ...request, seq } });
    if (answer.ok) {
      const { done, text } = (await answer.json()) as ActionResult;
      outcome.value = { isDone: done, text };
      return done;
    }
    outcome.value = { isDone: false, text: await refusal(answer) };
  } catch {
    outcome.value = { isDone: false, text: "The server cannot be reached: nothing was done." };
  } finally {
    isActing.value = false;
  }
  return false;
}

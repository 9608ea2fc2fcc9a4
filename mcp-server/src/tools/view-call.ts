import * as z from "zod";
import { CallerError } from "../errors/caller-error.ts";
import { type TaskId, taskName } from "../graph/task.ts";
import { updatePlan } from "../run/edits/update-plan.ts";
import { updateTask } from "../run/edits/update-task.ts";
import { BandWriter } from "../run/live/band-writer.ts";
import { planSlug } from "../run/plan/load-plan.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";

/** How the log names somebody who pressed a button. */
const PERSON = "person";

const plan = z.string().min(1).max(1_000);

/** What the view in the host asks for (`view/hooks/view.ts`). */
export const viewRequest = z.discriminatedUnion("engine", [
  /** Somebody looks at the file whose name is the answer. */
  z.strictObject({ engine: z.literal("watch") }),
  z.strictObject({
    engine: z.literal("act"),
    plan,
    do: z.enum(["pause", "resume", "stop", "retry", "cancel", "answer"]),
    task: z.string().max(1_000).optional(),
    text: z.string().max(4_000).optional(),
  }),
]);
type ViewRequest = z.infer<typeof viewRequest>;

const writers = new WeakMap<SessionMemory, BandWriter>();

/** Answers the view in the host: where to look, and what the person at it wants done. */
export async function answerView(
  request: ViewRequest,
  run: RunContext,
  session: SessionMemory,
): Promise<Readonly<Record<string, unknown>>> {
  if (request.engine === "act") return act(request, run);
  const writer = writers.get(session) ?? newWriter(run, session);
  writer.asked();
  return { file: writer.file };
}

function newWriter(run: RunContext, session: SessionMemory): BandWriter {
  if (run.dataFolder === undefined)
    throw new CallerError(
      "wrong_state",
      "This client keeps no files for plugins.",
      "Use parallel-tasks status.",
    );
  const own = () => new Set([...session.plans, ...session.module.plans.keys()]);
  const writer = new BandWriter(run, run.dataFolder, own);
  writers.set(session, writer);
  session.whenClosed(() => writer.close());
  return writer;
}

/** @throws CallerError with what is in the way. */
async function act(
  request: Extract<ViewRequest, { engine: "act" }>,
  run: RunContext,
): Promise<Readonly<Record<string, unknown>>> {
  const { plan, task, text, do: action } = request;
  if (action === "pause" || action === "resume" || action === "stop") {
    const { loaded } = await updatePlan(run, PERSON, plan, undefined, action);
    return { text: `The plan ${plan} is ${loaded.stored.status}.` };
  }
  if (task === undefined)
    throw new CallerError("bad_input", `${action} needs a task.`, "Name the task.", "task");
  const name = taskName(planSlug(plan), task as TaskId);
  const status = action === "cancel" ? "cancelled" : "pending";
  await updateTask(run, PERSON, undefined, { task: name, status, ...(text && { note: text }) });
  return { text: status === "cancelled" ? `${name} is cancelled.` : `${name} is tried again.` };
}

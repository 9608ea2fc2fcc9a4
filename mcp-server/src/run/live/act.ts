import { CallerError } from "../../errors/caller-error.ts";
import type { GraphEvent } from "../../graph/event.ts";
import type { TaskId } from "../../graph/task.ts";
import type { ActionName, ActionRequest, ActionResult } from "../../live/snapshot.ts";
import { shownPath } from "../../text/display-path.ts";
import { plural } from "../../text/format.ts";
import { judgeWork } from "../edits/judge-work.ts";
import { type PlanAction, updatePlan } from "../edits/update-plan.ts";
import { updateTask } from "../edits/update-task.ts";
import { restoreFile } from "../effects/versions/restore.ts";
import { existingGraph, taskOf } from "../plan/load-plan.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";

/** Who did it, in the log. */
const PERSON = "person";

/** After one of these a task is not what the person saw. */
const CHANGES_TASK: ReadonlySet<GraphEvent["change"]["type"]> = new Set([
  "task.status",
  "claim.offered",
  "attempt.started",
  "attempt.ended",
  "attempt.revived",
  "delivery.accepted",
] as const);

const OF_TASK: ReadonlySet<ActionName> = new Set([
  "retry",
  "cancel",
  "answer",
  "accept",
  "reject",
  "restore",
]);

/**
 * Does what a person wants, by the same use cases as the tools.
 * @throws CallerError when it cannot be done; then nothing is changed.
 */
export async function act(ctx: RunContext, slug: string, request: ActionRequest): Promise<ActionResult> {
  if (!OF_TASK.has(request.do)) return actOnPlan(ctx, slug, request);
  const { task } = request;
  if (task === undefined) throw missing("task", "Name the task.");
  if (await hasChanged(ctx, slug, task, request.seq))
    return {
      done: false,
      stale: true,
      text: `${shownPath(task)} has changed since you looked: look again, and decide then.`,
    };
  return actOnTask(ctx, slug, task, request);
}

async function actOnPlan(ctx: RunContext, slug: string, request: ActionRequest): Promise<ActionResult> {
  const { do: name, value } = request;
  if (name === "cap") {
    if (value === undefined) throw missing("value", "Say how many may run at once.");
    const { loaded, warnings } = await updatePlan(ctx, PERSON, slug, { maxParallel: value }, undefined);
    const now = `At most ${plural(loaded.policy.maxParallel, "agent")} at once from now on.`;
    return { done: true, text: [now, ...warnings].join(" ") };
  }
  const { status } = await readGraph(
    ctx,
    await existingGraph(ctx, slug),
    async (view) => (await view.plan(slug)).stored,
  );
  if (name !== "pause" && name !== "resume" && name !== "stop") throw missing("do", "It is no action.");
  const action: PlanAction = name === "resume" && status === "stopped" ? "reopen" : name;
  const { loaded } = await updatePlan(ctx, PERSON, slug, undefined, action);
  const running = loaded.graph.underCap.length;
  return {
    done: true,
    text: {
      pause: `Nothing more is launched; ${plural(running, "agent")} go on to the end of their task.`,
      resume: "The plan goes on as soon as whoever runs it looks.",
      stop: "The plan is stopped, and what ran is cancelled.",
    }[name],
  };
}

async function actOnTask(
  ctx: RunContext,
  slug: string,
  id: string,
  { do: name, text = "" }: ActionRequest,
): Promise<ActionResult> {
  const task = `${slug}/${id}`;
  const note = text.trim();
  const update = (fields: Omit<Parameters<typeof updateTask>[3], "task">) =>
    updateTask(ctx, PERSON, undefined, { task, ...fields });
  switch (name) {
    case "retry":
      await update({ status: "pending", ...(note !== "" && { note }) });
      return { done: true, text: `${shownPath(id)} is tried again${note === "" ? "" : " with your note"}.` };
    case "cancel":
      await update({ status: "cancelled", ...(note !== "" && { note }) });
      return { done: true, text: `${shownPath(id)} is cancelled.` };
    case "answer": {
      if (note === "") throw missing("text", "Write the answer.");
      const question = await questionOf(ctx, slug, id);
      const about = question === undefined ? "" : ` to "${question}"`;
      await update({ status: "pending", note: `Answer of a person${about}: ${note}` });
      return { done: true, text: `${shownPath(id)} goes on with your answer.` };
    }
    case "accept":
      await judgeWork(ctx, PERSON, task, "accepted", note);
      return { done: true, text: "It is accepted: what waited for it can start." };
    case "reject":
      await judgeWork(ctx, PERSON, task, "rejected", note);
      return { done: true, text: "It is rejected: what was found is fixed, and reviewed once more." };
    default: {
      if (note === "") throw missing("text", "Name the file.");
      const { path, putAside } = await restoreFile(ctx, slug, { file: text, task: id }, false);
      const aside = putAside === undefined ? "" : ` What stood there is kept as ${putAside}.`;
      return { done: true, text: `${shownPath(path)} is again what ${shownPath(id)} had in it.${aside}` };
    }
  }
}

/** Whether something has happened to the task after that event. @throws CallerError when there is no such task. */
async function hasChanged(ctx: RunContext, slug: string, id: string, seq: number): Promise<boolean> {
  return readGraph(ctx, await existingGraph(ctx, slug), async (view) => {
    const plan = await view.plan(slug);
    const task: TaskId = taskOf(plan, id).id;
    const events = await view.reader.events(plan.id, { afterSeq: seq, task });
    return events.some(({ change }) => CHANGES_TASK.has(change.type));
  });
}

async function questionOf(ctx: RunContext, slug: string, id: string): Promise<string | undefined> {
  return readGraph(ctx, await existingGraph(ctx, slug), async (view) => {
    const plan = await view.plan(slug);
    const last = plan.graph.claimsOf(taskOf(plan, id).id).findLast(({ state }) => state === "ended");
    const blockedOn = last?.state === "ended" ? last.report?.blockedOn : undefined;
    return blockedOn && "question" in blockedOn ? blockedOn.question : undefined;
  });
}

function missing(field: string, remedy: string): CallerError {
  return new CallerError("bad_input", `${field} is missing.`, remedy, field);
}

// import:errors.mjs in run/live/act.mjs
import { CallerError } from "../../errors.mjs";

// import:text.mjs in run/live/act.mjs
import { plural, shownPath } from "../../text.mjs";

// import:run/edits.mjs in run/live/act.mjs
import { judgeWork, updatePlan, updateTask } from "../edits.mjs";

// import:run/effects/versions.mjs in run/live/act.mjs
import { restoreFile } from "../effects/versions.mjs";

// import:run/plan.mjs in run/live/act.mjs
import { existingGraph, readGraph, taskOf } from "../plan.mjs";

// mcp-server/src/run/live/act.ts
var PERSON = "person";
var CHANGES_TASK = /* @__PURE__ */ new Set([
  "task.status",
  "claim.offered",
  "attempt.started",
  "attempt.ended",
  "attempt.revived",
  "delivery.accepted"
]);
var OF_TASK = /* @__PURE__ */ new Set([
  "retry",
  "cancel",
  "answer",
  "accept",
  "reject",
  "restore"
]);
async function act(ctx, slug, request) {
  if (!OF_TASK.has(request.do)) return actOnPlan(ctx, slug, request);
  const { task } = request;
  if (task === void 0) throw missing("task", "Name the task.");
  if (await hasChanged(ctx, slug, task, request.seq))
    return {
      done: false,
      stale: true,
      text: `${shownPath(task)} has changed since you looked: look again, and decide then.`
    };
  return actOnTask(ctx, slug, task, request);
}
async function actOnPlan(ctx, slug, request) {
  const { do: name, value } = request;
  if (name === "cap") {
    if (value === void 0) throw missing("value", "Say how many may run at once.");
    const { loaded: loaded2, warnings } = await updatePlan(ctx, PERSON, slug, { maxParallel: value }, void 0);
    const now = `At most ${plural(loaded2.policy.maxParallel, "agent")} at once from now on.`;
    return { done: true, text: [now, ...warnings].join(" ") };
  }
  const { status } = await readGraph(
    ctx,
    await existingGraph(ctx, slug),
    async (view) => (await view.plan(slug)).stored
  );
  if (name !== "pause" && name !== "resume" && name !== "stop") throw missing("do", "It is no action.");
  const action = name === "resume" && status === "stopped" ? "reopen" : name;
  const { loaded } = await updatePlan(ctx, PERSON, slug, void 0, action);
  const running = loaded.graph.underCap.length;
  return {
    done: true,
    text: {
      pause: `Nothing more is launched; ${plural(running, "agent")} go on to the end of their task.`,
      resume: "The plan goes on as soon as whoever runs it looks.",
      stop: "The plan is stopped, and what ran is cancelled."
    }[name]
  };
}
async function actOnTask(ctx, slug, id, { do: name, text = "" }) {
  const task = `${slug}/${id}`;
  const note = text.trim();
  const update = (fields) => updateTask(ctx, PERSON, void 0, { task, ...fields });
  switch (name) {
    case "retry":
      await update({ status: "pending", ...note !== "" && { note } });
      return { done: true, text: `${shownPath(id)} is tried again${note === "" ? "" : " with your note"}.` };
    case "cancel":
      await update({ status: "cancelled", ...note !== "" && { note } });
      return { done: true, text: `${shownPath(id)} is cancelled.` };
    case "answer": {
      if (note === "") throw missing("text", "Write the answer.");
      const question = await questionOf(ctx, slug, id);
      const about = question === void 0 ? "" : ` to "${question}"`;
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
      const aside = putAside === void 0 ? "" : ` What stood there is kept as ${putAside}.`;
      return { done: true, text: `${shownPath(path)} is again what ${shownPath(id)} had in it.${aside}` };
    }
  }
}
async function hasChanged(ctx, slug, id, seq) {
  return readGraph(ctx, await existingGraph(ctx, slug), async (view) => {
    const plan = await view.plan(slug);
    const task = taskOf(plan, id).id;
    const events = await view.reader.events(plan.id, { afterSeq: seq, task });
    return events.some(({ change }) => CHANGES_TASK.has(change.type));
  });
}
async function questionOf(ctx, slug, id) {
  return readGraph(ctx, await existingGraph(ctx, slug), async (view) => {
    const plan = await view.plan(slug);
    const last = plan.graph.claimsOf(taskOf(plan, id).id).findLast(({ state }) => state === "ended");
    const blockedOn = last?.state === "ended" ? last.report?.blockedOn : void 0;
    return blockedOn && "question" in blockedOn ? blockedOn.question : void 0;
  });
}
function missing(field, remedy) {
  return new CallerError("bad_input", `${field} is missing.`, remedy, field);
}
export {
  act
};

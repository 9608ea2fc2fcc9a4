import { CallerError } from "../../errors/caller-error.ts";
import type { Task, TaskDefinition, TaskId } from "../../graph/task.ts";
import { dependOnWork } from "../plan/dependencies-on-work.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { readAdded } from "../plan/new-task.ts";

/** What a part has from the task that it is a part of, where it does not say it itself. */
const INHERITED = [
  "priority",
  "phase",
  "phaseName",
  "agent",
  "isolation",
  "retries",
  "timeoutMs",
  "review",
] as const satisfies readonly (keyof TaskDefinition)[];

/** Ids stand in the cause, separated by commas. */
const PART_ID = /^[^\s,]+$/;

export function readParts(
  before: LoadedPlan,
  task: Task,
  given: readonly Readonly<Record<string, unknown>>[],
  warnings: string[],
): TaskDefinition[] {
  if (given.length < 2) {
    throw new CallerError(
      "bad_input",
      "split needs at least two parts.",
      "Give at least two parts, or change the task itself (subject, description, addWrites).",
      "split",
    );
  }
  const named = withIds(task.id, given, before);
  const bad = named.find((part) => !PART_ID.test(String(part.id)));
  if (bad) {
    throw new CallerError(
      "bad_input",
      `split: the id ${JSON.stringify(bad.id)} has spaces or commas in it.`,
      "Leave id out, or choose another.",
      "split.id",
    );
  }
  const others = new Map<TaskId, readonly TaskId[]>();
  for (const other of before.graph.tasks.values()) {
    // What waits for the task will wait for its parts, and a part that waits for it would wait for itself.
    const waits = other.dependencies.includes(task.id);
    const ids = waits ? named.map((part) => String(part.id) as TaskId) : [];
    others.set(other.id, [...other.dependencies.filter((id) => id !== task.id), ...ids]);
  }
  others.set(task.id, []);
  const withDependencies = named.map((part) =>
    ["dependencies", "dependsOn", "blockedBy"].some((key) => Object.hasOwn(part, key))
      ? part
      : { ...(task.needs !== "all" && { needs: task.needs }), ...part, dependencies: task.dependencies },
  );
  const parts = readAdded(withDependencies, others, warnings);
  const waiting = parts.find((part) => part.dependencies.includes(task.id));
  if (waiting) {
    throw new CallerError(
      "bad_input",
      `split: ${waiting.id} depends on ${task.id}, which it replaces.`,
      "Let it depend on other parts, or leave dependencies out: then it waits for what the task waited for.",
      "split.dependencies",
    );
  }
  return parts.map((part, i) => inherit(part, named[i] ?? {}, task, before));
}

function inherit(
  part: TaskDefinition,
  said: Readonly<Record<string, unknown>>,
  task: Task,
  before: LoadedPlan,
): TaskDefinition {
  const missing = INHERITED.filter(
    (key) => task[key] !== undefined && !Object.hasOwn(said, WRITTEN[key] ?? key),
  );
  const scope = part.writes !== undefined ? {} : scopeFrom(part, task);
  return dependOnWork(
    {
      ...part,
      ...Object.fromEntries(missing.map((key) => [key, task[key]])),
      ...scope,
      ...(!Object.hasOwn(said, "reads") && { reads: task.reads }),
      ...(!Object.hasOwn(said, "resources") && { resources: task.resources }),
    },
    before.graph.tasks,
  );
}

/** What is declared for the task holds for a part that declares nothing; what was inferred, only if nothing is for it. */
function scopeFrom(part: TaskDefinition, task: Task): Partial<TaskDefinition> {
  if (task.writes !== undefined) return { writes: task.writes, inferredWrites: [] };
  return part.inferredWrites.length > 0 ? {} : { inferredWrites: task.inferredWrites };
}

/** Fields that a breakdown writes under another name. */
const WRITTEN: Readonly<Record<string, string>> = { timeoutMs: "timeoutMinutes" };

/** `<id>.a`, `<id>.b` …: by its place, so that parts can name each other before they exist. */
function withIds(
  id: TaskId,
  parts: readonly Readonly<Record<string, unknown>>[],
  before: LoadedPlan,
): Readonly<Record<string, unknown>>[] {
  const taken = new Set<string>(before.graph.tasks.keys());
  return parts.map((part, at) => {
    if (part.id !== undefined) return part;
    let own = `${id}.${letters(at)}`;
    while (taken.has(own)) own += "x";
    return { ...part, id: own };
  });
}

/** 0 → a, 25 → z, 26 → aa. */
function letters(at: number): string {
  const rest = Math.floor(at / 26);
  return (rest > 0 ? letters(rest - 1) : "") + String.fromCharCode(97 + (at % 26));
}

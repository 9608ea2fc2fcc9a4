import { rowGroups } from "../../live/groups.ts";
import type { Need, PlanSnapshot, TaskRow } from "../../live/snapshot.ts";
import { MARKS } from "../../report/tasks/status-mark.ts";

/** The sign before what needs a person. */
export const NEED_MARKS: Readonly<Record<Need["kind"], string>> = {
  question: "?",
  failed: MARKS.failed,
  cancelled: MARKS.cancelled,
  decision: "‖",
  limit: "!",
  review: MARKS.failed,
};

/** At most so many tasks are named that something holds up. */
const MAX_HELD_UP = 4;

/** What a person is needed for: the words before the foreign text, and those behind it, in full and in short. */
export function needWords({ task, kind, holdsUp }: Need) {
  const held = holdsUp.slice(0, MAX_HELD_UP).join(", ");
  const more = holdsUp.length > MAX_HELD_UP ? ` and ${holdsUp.length - MAX_HELD_UP} more` : "";
  const verb = NEED_VERBS[kind];
  return {
    before: task === undefined ? "" : `${task}${verb === undefined ? "" : ` ${verb}`}: `,
    after: holdsUp.length === 0 ? "" : `; holds up ${held}${more}`,
    short: holdsUp.length === 0 ? "" : `; holds up ${holdsUp.length}`,
  };
}

const NEED_VERBS: Readonly<Partial<Record<Need["kind"], string>>> = {
  question: "asks",
  failed: "failed",
  cancelled: "was cancelled",
  review: "was rejected",
};

/** What runs or is being delivered, longest first. */
export function runningRows({ tasks }: Pick<PlanSnapshot, "tasks">): readonly TaskRow[] {
  return rowGroups(tasks).find(({ group }) => group === "running")?.rows ?? [];
}

/** A stretch of time as clocks show it: `5:03`, `1:02:33`. */
export function clockWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A large number in three digits: `940`, `28 k`, `1.31 M`. */
export function shortCount(count: number): string {
  if (count < 1_000) return String(count);
  const [value, unit] = count < 999_500 ? [count / 1_000, "k"] : [count / 1_000_000, "M"];
  return `${value < 9.995 && unit === "M" ? value.toFixed(2) : value < 99.95 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}`;
}

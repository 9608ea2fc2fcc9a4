import type { Task } from "../../graph/task.ts";
import type { ClashPair } from "../../policy/clash-pairs.ts";
import type { Limit, PlanBound } from "../../schedule/bounds/plan-bounds.ts";
import { MIN_GAIN } from "../../schedule/what-if.ts";
import { plural } from "../../text/format.ts";
import { listedIds, minutes } from "./comparison.ts";

/** A bound that comes this close to the makespan is what holds the plan up: nothing else could gain enough to be said. */
const HOLDS_UP = 1 - MIN_GAIN;

/** What the words for a limit are taken from; tasks by index. */
interface Words {
  readonly tasks: readonly Task[];
  readonly clashes: readonly ClashPair[];
}

/**
 * What keeps the plan from being shorter, in words.
 * @param bounds the strictest first; those of the plan that takes so long.
 * @param stuck how many tasks cannot start as things are.
 */
export function bottleneckOf(
  bounds: readonly PlanBound[],
  makespanMs: number,
  words: Words,
  stuck: number,
): string {
  if (words.tasks.length === 0) {
    return stuck === 0
      ? "nothing: all tasks have ended"
      : `what failed: ${plural(stuck, "task")} cannot start`;
  }
  const [first, ...others] = bounds;
  if (first === undefined) return "nothing";
  if (first.lengthMs >= HOLDS_UP * makespanMs) {
    const text = limitText(first.by, words);
    return first.by.kind === "chain" ? `${text}: only shorter or fewer tasks on it help` : text;
  }
  const firstText = `${limitText(first.by, words)} (${minutes(first.lengthMs)} min)`;
  const second = others.find(({ by }) => by.kind !== first.by.kind);
  if (second === undefined) return firstText;
  return `${firstText} together with ${limitText(second.by, words)} (${minutes(second.lengthMs)} min by itself)`;
}

/** The limit as a noun. */
export function limitText(limit: Limit, { tasks, clashes }: Words): string {
  if (limit.kind === "chain") return "the critical path";
  if (limit.kind === "cap") return `the cap: ${limit.capacity} at once`;
  if (limit.kind === "role") return `the capacity of ${limit.role}: ${limit.capacity} at once`;
  if (limit.kind === "turn")
    return `small tasks that ${plural(limit.capacity, "agent")} ${limit.capacity === 1 ? "does" : "do"} one after another (policy together)`;
  if (limit.kind === "alone") return "tasks that run alone, because nobody declared what they write";
  const ids = limit.members.map((i) => tasks[i]?.id ?? "");
  const members = new Set(limit.members);
  const names = clashes
    .filter(({ a, b }) => members.has(a) && members.has(b))
    .map(({ clash }) => (clash.kind === "resource" ? clash.resource : clash.ours));
  return `tasks that exclude each other, ${listedIds(ids)}: ${listedIds([...new Set(names)])}`;
}

import { type Clash, clashesOf } from "../../graph/scope/scope.ts";
import type { Task } from "../../graph/task.ts";
import { judgesWork, needsResultOf, type ScopedTask } from "../../policy/needed-result.ts";
import {
  freed,
  gainsOf,
  isWorthSaying,
  type Situation,
  split,
  type Variant,
  without,
} from "../../schedule/what-if.ts";
import { listedIds, MAX_COMPARED, minutes } from "./comparison.ts";
import type { CapPlans } from "./makespans.ts";
import type { Planning } from "./planning.ts";

const MAX_SUGGESTIONS = 3;

/** So many tasks, files and dependencies are tried as what would help. */
const MAX_TRIED = 6;

export interface HelpInput {
  readonly now: Situation;
  readonly planning: Planning;
  /** The tasks of the situation, by index. */
  readonly tasks: readonly Task[];
  /** The critical path, by index. */
  readonly path: readonly number[];
  readonly plans: CapPlans;
}

/** What could be changed, in words; a hint where the text needs the gain. */
export function helpFor(input: HelpInput): string[] {
  const { now, plans } = input;
  if (now.tasks.length > MAX_COMPARED) return [];
  const before = plans.plan.makespan;
  const gains = gainsOf(before, changesOf(input));
  const { cap } = now.limits;
  const withOneMore = before - (plans.makespanByCap[cap] ?? plans.makespanByCap.at(-1) ?? before);
  if (isWorthSaying(withOneMore, before)) gains.push({ what: `a cap of ${cap + 1}`, gainMs: withOneMore });
  return gains
    .sort((a, b) => b.gainMs - a.gainMs)
    .map(({ what, gainMs }) => ({ what, gain: minutes(gainMs) }))
    .filter(({ gain }) => gain > 0)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ what, gain }) => `${what}: ${gain} min shorter`);
}

function* changesOf(input: HelpInput): Generator<Variant<string>> {
  const { now, planning, tasks, path } = input;
  const { limits } = now;
  const alone = now.tasks.flatMap((task, i) => (task.alone && !task.running ? [i] : []));
  if (alone.length > 0) {
    const ids = listedIds(alone.map((i) => tasks[i]?.id ?? ""));
    yield {
      what: `declare what ${ids} ${alone.length === 1 ? "writes, or that it writes" : "write, or that they write"} nothing`,
      situation: freed(now, new Set(alone)),
    };
  }
  // What judges the work of others has none that could be divided.
  const divisible = path.filter((at) => !now.tasks[at]?.running && !judgesWork(tasks[at] as Task));
  const longest = divisible.sort((a, b) => (now.tasks[b]?.durationMs ?? 0) - (now.tasks[a]?.durationMs ?? 0));
  for (const at of longest.slice(0, MAX_TRIED)) {
    yield { what: `split ${tasks[at]?.id} in two`, situation: split(now, at) };
  }
  for (const { what, pairs } of sharedThings(input).slice(0, MAX_TRIED)) {
    yield { what, situation: { ...now, clashes: planning.clashes.filter((pair) => !pairs.has(pair)) } };
  }
  for (const [role, most] of Object.entries(limits.capacity)) {
    if (most >= limits.cap) continue;
    yield {
      what: `one more ${role}`,
      situation: { ...now, limits: { ...limits, capacity: { ...limits.capacity, [role]: most + 1 } } },
    };
  }
  const scoped = (at: number) => ({ task: tasks[at], scope: planning.parsed[at] }) as ScopedTask;
  for (const [place, at] of path.slice(1, MAX_TRIED + 1).entries()) {
    const before = path[place] as number;
    if (now.tasks[at]?.needs !== "all" || needsResultOf(scoped(at), scoped(before))) continue;
    const dependency = tasks[before]?.id ?? "";
    yield {
      what: `${tasks[at]?.id} not after ${dependency}, if it needs nothing of it`,
      situation: without(now, at, dependency),
    };
  }
}

/** Something that keeps pairs of tasks apart, and what could be done about it. */
interface SharedThing {
  readonly what: string;
  /** The pairs that nothing else keeps apart. */
  readonly pairs: Set<Planning["clashes"][number]>;
}

/** Paths and resources that keep tasks apart; those with the most pairs first. */
function sharedThings({ now, planning: { clashes, parsed }, tasks }: HelpInput): SharedThing[] {
  const things = new Map<string, SharedThing>();
  for (const pair of clashes) {
    // What a running task holds, nobody changes any more.
    if (now.tasks[pair.a]?.running || now.tasks[pair.b]?.running) continue;
    const [a, b] = [parsed[pair.a], parsed[pair.b]];
    if (a === undefined || b === undefined) continue;
    const whats = new Set([...clashesOf(a, b)].map(remedyFor));
    const [what] = whats;
    // One remedy alone would still leave them apart.
    if (whats.size !== 1 || what === undefined) continue;
    // Who judges a work has to read it.
    const judges = [tasks[pair.a], tasks[pair.b]].some((task) => task !== undefined && judgesWork(task));
    if (judges && pair.clash.kind === "write-read") continue;
    const thing = things.get(what) ?? { what, pairs: new Set() };
    things.set(what, thing);
    thing.pairs.add(pair);
  }
  return [...things.values()].sort((a, b) => b.pairs.size - a.pairs.size);
}

function remedyFor(clash: Clash): string {
  if (clash.kind === "resource") return `let fewer tasks need the resource ${clash.resource}`;
  const [one, other] = [clash.ours, clash.theirs].sort();
  if (clash.kind === "write-read") {
    const what = one === other ? one : `${one} and ${other}`;
    return `do without what is read of ${what} while others write it`;
  }
  return one === other ? `let only one task write ${one}` : `write apart from each other ${one} and ${other}`;
}

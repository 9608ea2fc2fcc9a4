import { freed, gainsOf, type Situation, split, type Variant, without } from "../../schedule/what-if.ts";
import { MAX_COMPARED, minutes } from "./comparison.ts";
import type { Planning } from "./planning.ts";

const MAX_SUGGESTIONS = 3;

/** So many tasks, files and dependencies are tried as what would help. */
const MAX_TRIED = 6;

/** What could be changed, in words; a hint where the text needs the gain. */
export function helpFor(
  now: Situation,
  planning: Planning,
  path: readonly string[],
  minutesByCap: readonly number[],
): string[] {
  if (now.tasks.length > MAX_COMPARED) return [];
  const gains = gainsOf(now, changesOf(now, planning, path)).map(({ what, gainMs }) => ({
    what,
    gain: minutes(gainMs),
  }));
  const cap = now.limits.cap;
  const withOneMore = (minutesByCap[cap - 1] ?? 0) - (minutesByCap[cap] ?? minutesByCap.at(-1) ?? 0);
  const all = [
    ...gains,
    ...(withOneMore > 0.03 * (minutesByCap[cap - 1] ?? 0)
      ? [{ what: `a cap of ${cap + 1}`, gain: Math.round(withOneMore * 10) / 10 }]
      : []),
  ];
  return all
    .sort((a, b) => b.gain - a.gain)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ what, gain }) => `${what}: ${gain} min shorter`);
}

function* changesOf(
  now: Situation,
  { clashes, scopes }: Planning,
  path: readonly string[],
): Generator<Variant<string>> {
  const { tasks, limits } = now;
  const indexOf = new Map(tasks.map(({ id }, i) => [id, i]));
  const alone = tasks.flatMap((task, i) => (task.alone && scopes[i]?.basis === "unscoped" ? [i] : []));
  if (alone.length > 0) {
    const names = alone.slice(0, 5).map((i) => tasks[i]?.id);
    const more = alone.length > names.length ? ` and ${alone.length - names.length} more` : "";
    yield { what: `declare what ${names.join(", ")}${more} write`, situation: freed(now, new Set(alone)) };
  }
  const onPath = path.flatMap((id) => indexOf.get(id) ?? []);
  const longest = [...onPath].sort((a, b) => (tasks[b]?.durationMs ?? 0) - (tasks[a]?.durationMs ?? 0));
  for (const at of longest.slice(0, MAX_TRIED)) {
    yield { what: `split ${tasks[at]?.id} in two`, situation: split(now, at) };
  }
  for (const [name, sharers] of sharedNames(clashes).slice(0, MAX_TRIED)) {
    yield {
      what: `let only one task write ${name}`,
      situation: { tasks, limits, clashes: clashes.filter((pair) => !sharers.has(pair)) },
    };
  }
  for (const [role, most] of Object.entries(limits.capacity)) {
    if (most >= limits.cap) continue;
    yield {
      what: `one more ${role}`,
      situation: { ...now, limits: { ...limits, capacity: { ...limits.capacity, [role]: most + 1 } } },
    };
  }
  for (const [place, at] of onPath.slice(1, MAX_TRIED + 1).entries()) {
    const dependency = tasks[onPath[place] as number]?.id ?? "";
    yield {
      what: `${tasks[at]?.id} without its dependency on ${dependency}, if it does not need its result`,
      situation: without(now, at, dependency),
    };
  }
}

/** Paths and resources that keep tasks apart, with the pairs; those with the most pairs first. */
function sharedNames(clashes: Planning["clashes"]): [string, Set<Planning["clashes"][number]>][] {
  const pairs = new Map<string, Set<Planning["clashes"][number]>>();
  for (const pair of clashes) {
    const name = pair.clash.kind === "resource" ? pair.clash.resource : pair.clash.ours;
    const known = pairs.get(name);
    if (known) known.add(pair);
    else pairs.set(name, new Set([pair]));
  }
  return [...pairs].sort(([, a], [, b]) => b.size - a.size);
}

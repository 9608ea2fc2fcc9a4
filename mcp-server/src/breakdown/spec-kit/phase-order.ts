import type { OrderStatement } from "../markdown/order-statements.ts";
import { OrderEdges } from "../order-edges.ts";
import { storyPhases } from "./references.ts";
import type { Phase, SpecKitTask } from "./tasks.ts";

/** By the index of a phase. */
export interface PhaseOrder {
  readonly after: ReadonlyMap<number, readonly number[]>;
  /** What of that no words of the file say. */
  readonly inferred: ReadonlyMap<number, ReadonlySet<number>>;
}

/**
 * For each phase those before it that it waits for. A user story waits for what is no story; everything else waits
 * for all before it. What the file says comes on top, and in place of that where it says all.
 */
export function phasesAfter(phases: readonly Phase[], statements: readonly OrderStatement[]): PhaseOrder {
  const stated = new Map<number, { waitFor: Set<number>; complete: boolean }>();
  for (const { units, waitFor, complete } of statements) {
    const others = waitFor.flatMap((unit) => (unit.startsWith("phase ") ? [Number(unit.slice(6))] : []));
    for (const unit of units) {
      if (!unit.startsWith("phase ") || others.length === 0) continue;
      const one = stated.get(Number(unit.slice(6))) ?? { waitFor: new Set<number>(), complete: true };
      for (const other of others) one.waitFor.add(other);
      one.complete &&= complete && others.length === waitFor.length;
      stated.set(Number(unit.slice(6)), one);
    }
  }
  // Several phases of one story are its layers.
  const layers = new Set([...storyPhases(phases).values()].filter(({ length }) => length > 1).flat());
  const isLayer = ({ index }: Phase) => layers.has(index);
  const edges = new OrderEdges(phases.map(({ index }) => index));
  // Those so far that none of them waits for: all, and those that are no story.
  const awaited = new Set<number>();
  let leaves: number[] = [];
  let barrier: number[] = [];
  for (const [index, { waitFor }] of stated) edges.suggest(index, [...waitFor], true);
  for (const phase of phases) {
    const { index } = phase;
    const story = isStory(phase) && !isLayer(phase);
    if (story || !stated.get(index)?.complete) edges.suggest(index, story ? barrier : leaves);
    for (const other of edges.of(index)) awaited.add(other);
    leaves = [...leaves, index].filter((leaf) => !awaited.has(leaf));
    if (!story) barrier = [...barrier, index].filter((leaf) => !awaited.has(leaf));
  }
  return {
    after: new Map(phases.map(({ index }) => [index, edges.of(index)])),
    inferred: new Map(phases.map(({ index }) => [index, new Set(edges.inferredOf(index))])),
  };
}

/**
 * Tags alone do not make a phase a story: the tasks of a layer have them too, and a phase may name in brackets which
 * stories it serves.
 */
function isStory(phase: Phase): boolean {
  const name = phase.name.replace(/[(（][^()（）]*\bUS-?\d+\b[^()（）]*[)）]/gi, "");
  return (
    /\buser stor(?:y|ies)\b|\bstory \d|\bUS-?\d+\b/i.test(name) ||
    /\bpriority:?\s*P\d/i.test(phase.name) ||
    phase.about.some(({ text, literal }) => !literal && /^\*\*Independent Test/i.test(text))
  );
}

/** The open tasks with which a phase ends; of one where all is done those it would have waited for. */
export function endsOf(
  phases: readonly Phase[],
  after: ReadonlyMap<number, readonly number[]>,
  open: (task: SpecKitTask) => boolean,
): (index: number) => string[] {
  const byIndex = new Map(phases.map((phase) => [phase.index, phase]));
  const known = new Map<number, string[]>();
  const ends = (index: number): string[] => {
    const before = known.get(index);
    if (before) return before;
    known.set(index, []);
    const groups = groupsOf(byIndex.get(index)?.tasks.filter(open) ?? []);
    const last = groups.at(-1)?.map(({ id }) => id);
    const result = last ?? [...new Set((after.get(index) ?? []).flatMap(ends))];
    known.set(index, result);
    return result;
  };
  return ends;
}

/** Neighbouring `[P]` tasks under one subheading are a group; any other task stands alone. */
export function groupsOf(tasks: readonly SpecKitTask[]): SpecKitTask[][] {
  const groups: SpecKitTask[][] = [];
  for (const task of tasks) {
    const last = groups.at(-1)?.at(-1);
    if (last && task.parallel && last.parallel && last.section === task.section) groups.at(-1)?.push(task);
    else groups.push([task]);
  }
  return groups;
}

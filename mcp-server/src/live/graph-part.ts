import type { Node } from "../graph/order/levels.ts";

/** A node of the drawing: a task, or several that wait for the same tasks and are waited for by the same. */
export interface GraphChip extends Node {
  /** In the order of the plan; one, or at least `MIN_ALIKE`. */
  readonly tasks: readonly string[];
  /** Tasks right before and behind it that are not in this part. */
  readonly hiddenBefore: number;
  readonly hiddenBehind: number;
}

/** Fewer tasks are easier to read one by one. */
const MIN_ALIKE = 3;

export interface PartOptions {
  /** Where to begin when not everything fits, the most important first: none begins at the start of the plan. */
  readonly focus: readonly string[];
  /** Tasks that are never put together with others. */
  readonly alone: ReadonlySet<string>;
  /** How many chips may be drawn of a plan that is shown as a whole. */
  readonly maxChips: number;
  /** And how many of one that is shown in part. */
  readonly maxNear: number;
}

/**
 * What is drawn of a graph: everything where that fits, else tasks that are alike as one chip, and if that is too much,
 * the neighbourhood of the focus, step by step in both directions, as far as it fits.
 */
export function graphPart(
  nodes: readonly Node[],
  { focus, alone, maxChips, maxNear }: PartOptions,
): GraphChip[] {
  const single = nodes.map(
    (node): GraphChip => ({ ...node, tasks: [node.id], hiddenBefore: 0, hiddenBehind: 0 }),
  );
  if (single.length <= Math.min(maxChips, MAX_UNFOLDED)) return single;
  const folded = foldAlike(nodes, alone);
  if (folded.length <= maxChips) return folded;
  return neighbourhood(folded, focus, maxNear);
}

/** So many tasks are shown one by one. */
const MAX_UNFOLDED = 80;

/** Puts tasks together that have the same dependencies and the same dependents. */
function foldAlike(nodes: readonly Node[], alone: ReadonlySet<string>): GraphChip[] {
  const dependents = dependentsOf(nodes);
  // By numbers, because of thousands of names the keys would be long to make and to compare.
  const numbers = new Map<string, number>();
  const numberOf = (id: string) => {
    const known = numbers.get(id) ?? numbers.size;
    numbers.set(id, known);
    return known;
  };
  const numbersOf = (ids: readonly string[]) =>
    ids
      .map(numberOf)
      .sort((a, b) => a - b)
      .join();
  const groups = new Map<string, Node[]>();
  for (const node of nodes) {
    const key = alone.has(node.id)
      ? `alone ${node.id}`
      : `${numbersOf(node.dependencies)} ${numbersOf(dependents.get(node.id) ?? [])}`;
    const group = groups.get(key);
    if (group) group.push(node);
    else groups.set(key, [node]);
  }
  const chips = [...groups.values()].flatMap((group) =>
    group.length < MIN_ALIKE ? group.map((node) => [node]) : [group],
  );
  const chipOf = new Map(chips.flatMap((chip) => chip.map(({ id }) => [id, chip[0]?.id ?? id] as const)));
  return chips.flatMap((chip) => {
    const [first] = chip;
    if (first === undefined) return [];
    return {
      id: first.id,
      dependencies: [...new Set(first.dependencies.map((id) => chipOf.get(id) ?? id))],
      tasks: chip.map(({ id }) => id),
      hiddenBefore: 0,
      hiddenBehind: 0,
    };
  });
}

/** The chips nearest to the focus, at most so many, with the number of tasks that each has outside. */
function neighbourhood(chips: readonly GraphChip[], focus: readonly string[], maxChips: number): GraphChip[] {
  const byTask = new Map(chips.flatMap((chip) => chip.tasks.map((task) => [task, chip] as const)));
  const dependents = dependentsOf(chips);
  const byId = new Map(chips.map((chip) => [chip.id, chip]));
  const starts = focus.flatMap((task) => byTask.get(task) ?? []);
  const taken = new Set<GraphChip>();
  const queue = starts.length > 0 ? starts : chips.slice(0, 1);
  // The queue grows while it is walked: breadth first.
  for (const chip of queue) {
    if (taken.size >= maxChips) break;
    if (taken.has(chip)) continue;
    taken.add(chip);
    for (const id of [...chip.dependencies, ...(dependents.get(chip.id) ?? [])]) {
      const next = byId.get(id);
      if (next && !taken.has(next)) queue.push(next);
    }
  }
  const hidden = (ids: readonly string[]) =>
    ids.reduce((sum, id) => {
      const chip = byId.get(id);
      return chip && !taken.has(chip) ? sum + chip.tasks.length : sum;
    }, 0);
  return chips
    .filter((chip) => taken.has(chip))
    .map((chip) => ({
      ...chip,
      hiddenBefore: hidden(chip.dependencies),
      hiddenBehind: hidden(dependents.get(chip.id) ?? []),
    }));
}

function dependentsOf(nodes: readonly Node[]): Map<string, string[]> {
  const dependents = new Map<string, string[]>();
  for (const { id, dependencies } of nodes) {
    for (const other of dependencies) {
      const list = dependents.get(other);
      if (list) list.push(id);
      else dependents.set(other, [id]);
    }
  }
  return dependents;
}

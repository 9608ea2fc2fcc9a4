import { ancestors } from "../../graph/order/ancestors.ts";
import { orderedDespiteParallelWith, parallelWith } from "../../graph/parallel-with.ts";
import type { Clash } from "../../graph/scope/scope.ts";
import type { Task } from "../../graph/task.ts";
import type { Planning } from "./planning.ts";

const MAX_CONFLICTS = 10;

/** Pairs of one level first: those would otherwise start together. */
export function conflictsOf(planning: Planning, nodes: readonly OrderedNode[]): string[] {
  const open = unorderedClashes(planning, nodes);
  const lines = open
    .slice(0, MAX_CONFLICTS)
    .map(({ tasks: [one, other], what }) => `${one} and ${other}: ${what}`);
  const more = open.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more pairs`] : lines;
}

interface OrderedNode {
  readonly id: string;
  readonly dependencies: readonly string[];
}

/** Two tasks that may not run at once, though neither waits for the other. */
export interface UnorderedClash {
  readonly tasks: readonly [string, string];
  /** The globs that could meet, or the resource. */
  readonly what: string;
}

/** What only files and resources keep apart. @param nodes the planning's tasks, by index. */
export function unorderedClashes(
  { clashes }: Pick<Planning, "clashes">,
  nodes: readonly OrderedNode[],
): UnorderedClash[] {
  const before = ancestors(nodes);
  return clashes.flatMap(({ a, b, clash }) => {
    const [one, other] = [nodes[a]?.id ?? "", nodes[b]?.id ?? ""];
    if (before.get(one)?.has(other) || before.get(other)?.has(one)) return [];
    return [{ tasks: [one, other] as const, what: whatOf(clash) }];
  });
}

/** Where `parallelWith` says what dependencies or files do not allow. */
export function contradictionsOf({ clashes }: Planning, tasks: readonly Task[]): string[] {
  const inOrder = orderedDespiteParallelWith(tasks).map(
    ({ task, others }) => `${task} is not beside ${others.join(", ")}: dependencies put them in order`,
  );
  const claims = (one: Task | undefined, other: Task | undefined) =>
    one !== undefined && other !== undefined && parallelWith(one).includes(other.id);
  const clashing = clashes.flatMap(({ a, b, clash }) =>
    claims(tasks[a], tasks[b]) || claims(tasks[b], tasks[a])
      ? [`${tasks[a]?.id} is not beside ${tasks[b]?.id}: ${whatOf(clash)}`]
      : [],
  );
  return [...inOrder, ...clashing].slice(0, MAX_CONFLICTS);
}

function whatOf(clash: Clash): string {
  if (clash.kind === "resource") return clash.resource;
  return clash.ours === clash.theirs ? clash.ours : `${clash.ours} and ${clash.theirs}`;
}

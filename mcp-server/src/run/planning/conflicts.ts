import { ancestors } from "../../graph/order/ancestors.ts";
import { orderedDespiteParallelWith, parallelWith } from "../../graph/parallel-with.ts";
import type { Clash } from "../../graph/scope/scope.ts";
import type { Task } from "../../graph/task.ts";
import type { Planning } from "./planning.ts";

const MAX_CONFLICTS = 10;

/** Pairs of one level first: those would otherwise start together. */
export function conflictsOf(
  { clashes }: Planning,
  nodes: readonly { id: string; dependencies: readonly string[] }[],
): string[] {
  const before = ancestors(nodes);
  const open = clashes.filter(({ a, b }) => {
    const [one, other] = [nodes[a]?.id ?? "", nodes[b]?.id ?? ""];
    return !before.get(one)?.has(other) && !before.get(other)?.has(one);
  });
  const lines = open
    .slice(0, MAX_CONFLICTS)
    .map(({ a, b, clash }) => `${nodes[a]?.id} and ${nodes[b]?.id}: ${whatOf(clash)}`);
  const more = open.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more pairs`] : lines;
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

import type { Random } from "../random.ts";
import { idOf, type KnownPlan, type KnownTask } from "../workload.ts";

/** Files that many tasks append to, so that work of several machines conflicts. */
const LEDGERS = Array.from({ length: 12 }, (_, i) => `src/m${i + 1}/f1.md`);
/** A task depends on some of so many that came before it. */
const REACH = 12;

/** The files that are there before anybody works. */
export const FIRST_FILES: Readonly<Record<string, string>> = Object.fromEntries(
  LEDGERS.map((path) => [path, "What was done:\n"]),
);

/** A plan whose tasks want each other's work, and write files of their own and files that others write as well. */
export function machinePlan(slug: string, random: Random, count: number): KnownPlan {
  const tasks = Array.from({ length: count }, (_, i) => taskOf(random, i + 1));
  return { slug, cap: 9, capacity: {}, tasks };
}

/** The files that a task adds a line to that says which attempt did it. */
export function linesOf({ scope: { writes } }: KnownTask, nonce: string): string[] {
  return writes.map((glob) => glob.replace(/\*\*$/, `${nonce}.md`));
}

/** The line that an attempt leaves behind. */
export function lineOf(task: string, nonce: string): string {
  return `nonce ${task} ${nonce}`;
}

function taskOf(random: Random, number: number): KnownTask {
  const id = idOf(number);
  const writes = [`work/${id}/**`, ...(random.chance(0.4) ? [random.pick(LEDGERS)] : [])];
  const dependencies = dependenciesOf(random, number);
  const needs = dependencies.length > 1 && random.chance(0.2) ? ("any" as const) : undefined;
  const subject = `Change number ${number}`;
  return {
    file: { id, subject, description: "Do it well.", dependencies, ...(needs && { needs }), writes },
    scope: { basis: "declared", writes, reads: [], resources: [] },
    role: "feature-implementer",
  };
}

function dependenciesOf(random: Random, number: number): string[] {
  if (number === 1 || random.chance(0.4)) return [];
  const earlier = () => random.between(Math.max(1, number - REACH), number - 1);
  return [...new Set(Array.from({ length: random.between(1, 2) }, earlier))].map(idOf);
}

import type { Random } from "./random.ts";

/** A task as a breakdown file writes it. */
export interface FileTask {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  readonly dependencies: readonly string[];
  readonly needs?: "any" | "settled" | { readonly atLeast: number };
  readonly writes?: readonly string[];
  readonly reads?: readonly string[];
  readonly resources?: readonly string[];
  readonly agent?: string;
  readonly acceptance?: readonly string[];
}

const RESOURCES = ["database", "port-3000", "simulator"];
/** A task depends on some of so many that came before it. */
const REACH = 40;
/** Tasks per folder: few enough that many of them want the same file. */
const TASKS_PER_FOLDER = 12;

/** A plan whose tasks want each other's results and each other's files in every way that the format knows. */
export function breakdownOf(random: Random, count: number): FileTask[] {
  const folders = Math.max(3, Math.round(count / TASKS_PER_FOLDER));
  const tasks: FileTask[] = [];
  for (let i = 1; i <= count; i++) tasks.push(taskOf(random, i, folders));
  return tasks;
}

function taskOf(random: Random, i: number, folders: number): FileTask {
  const dependencies = [
    ...new Set(
      random.chance(0.7)
        ? Array.from({ length: random.between(1, 3) }, () => random.between(Math.max(1, i - REACH), i))
        : [],
    ),
  ]
    .filter((other) => other < i)
    .map(idOf);
  return {
    id: idOf(i),
    subject: `Change number ${i}`,
    dependencies,
    ...(dependencies.length > 1 && needsOf(random)),
    ...scopeOf(random, folders),
    ...(random.chance(0.08) && { resources: [random.pick(RESOURCES)] }),
    ...(random.chance(0.5) && {
      agent: random.pick(["feature-implementer", "code-reviewer", "general-purpose"]),
    }),
    ...(random.chance(0.2) && { acceptance: ["the tests of the folder pass"] }),
  };
}

function idOf(i: number): string {
  return `t${String(i).padStart(5, "0")}`;
}

function needsOf(random: Random): Pick<FileTask, "needs"> {
  const needs = random.pick([undefined, undefined, "any", "settled", { atLeast: 1 }] as const);
  return needs === undefined ? {} : { needs };
}

function scopeOf(
  random: Random,
  folders: number,
): Pick<FileTask, "description" | "writes" | "reads"> {
  const folder = `src/m${random.between(1, folders)}`;
  const file = (of = folder) => `${of}/f${random.between(1, 6)}.${random.pick(["ts", "ts", "md"])}`;
  const kind = random.next();
  if (kind < 0.006) return { description: "Nobody knows what this writes." };
  if (kind < 0.06) return { description: `Edit ${file()} so that it works.` };
  const description = "Do it well.";
  if (kind < 0.16) return { description, writes: [], reads: [`${folder}/**`] };
  if (kind < 0.24) return { description, writes: [`${folder}/**`] };
  if (kind < 0.36) return { description, writes: [`${folder}/*.${random.pick(["ts", "md"])}`] };
  const writes = [...new Set(Array.from({ length: random.between(1, 2) }, () => file()))];
  return {
    description,
    writes,
    ...(random.chance(0.2) && { reads: [file(`src/m${random.between(1, folders)}`)] }),
  };
}

import { ENDINGS, FILES, FOLDERS, type KnownScope } from "./paths.ts";
import type { Random } from "./random.ts";

/** A task as a breakdown file writes it. */
export interface FileTask {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  readonly dependencies: readonly string[];
  readonly needs?: Needs;
  readonly writes?: readonly string[];
  readonly reads?: readonly string[];
  readonly resources?: readonly string[];
  readonly agent?: string;
  readonly acceptance?: readonly string[];
}

export type Needs = "all" | "any" | "settled" | { readonly atLeast: number };

/** What the suite knows of a task without asking the server. */
export interface KnownTask {
  readonly file: FileTask;
  readonly scope: KnownScope;
  readonly role: string;
}

/** What the suite knows of a plan without asking the server. */
export interface KnownPlan {
  readonly slug: string;
  readonly cap: number;
  readonly capacity: Readonly<Record<string, number>>;
  readonly tasks: readonly KnownTask[];
}

const ROLES = ["feature-implementer", "code-reviewer", "general-purpose"] as const;
/** The role of a task that names none. */
const DEFAULT_ROLE = "feature-implementer";
const RESOURCES = ["database", "port-3000", "simulator"];
/** A task depends on some of so many that came before it. */
const REACH = 150;

/** A plan whose tasks want each other's results and each other's files in every way that the format knows. */
export function planOf(slug: string, random: Random, count: number): KnownPlan {
  return {
    slug,
    cap: 10,
    capacity: { "code-reviewer": 2, "general-purpose": 3 },
    tasks: Array.from({ length: count }, (_, i) => taskOf(random, i + 1)),
  };
}

export function idOf(number: number): string {
  return `t${String(number).padStart(5, "0")}`;
}

export function numberOf(id: string): number {
  return Number(id.slice(1));
}

/** A file that tasks write, anywhere or in the folder. */
export function anyFile(random: Random, folder = anyFolder(random)): string {
  return `${folder}/f${random.between(1, FILES)}.${random.pick(ENDINGS)}`;
}

function anyFolder(random: Random): string {
  return `src/m${random.between(1, FOLDERS)}`;
}

function taskOf(random: Random, number: number): KnownTask {
  const dependencies = dependenciesOf(random, number);
  const agent = random.chance(0.5) ? random.pick(ROLES) : undefined;
  const scope = scopeOf(random);
  const declared = scope.basis === "declared";
  return {
    file: {
      id: idOf(number),
      subject: `Change number ${number}`,
      description: scope.basis === "inferred" ? `Edit ${scope.writes[0]} so that it works.` : "Do it well.",
      dependencies,
      ...(dependencies.length > 1 && needsOf(random)),
      ...(declared && { writes: scope.writes }),
      ...(scope.reads.length > 0 && { reads: scope.reads }),
      ...(scope.resources.length > 0 && { resources: scope.resources }),
      ...(agent !== undefined && { agent }),
      ...(random.chance(0.2) && { acceptance: ["the tests of the folder pass"] }),
    },
    scope,
    role: agent ?? DEFAULT_ROLE,
  };
}

function dependenciesOf(random: Random, number: number): string[] {
  if (number === 1 || random.chance(0.3)) return [];
  const earlier = () => random.between(Math.max(1, number - REACH), number - 1);
  return [...new Set(Array.from({ length: random.between(1, 3) }, earlier))].map(idOf);
}

function needsOf(random: Random): Pick<FileTask, "needs"> {
  const needs = random.pick([undefined, undefined, "any", "settled", { atLeast: 1 }] as const);
  return needs === undefined ? {} : { needs };
}

function scopeOf(random: Random): KnownScope {
  const resources = random.chance(0.08) ? [random.pick(RESOURCES)] : [];
  const declared = (writes: readonly string[], reads: readonly string[] = []) =>
    ({ basis: "declared", writes, reads, resources }) as const;
  const folder = anyFolder(random);
  const kind = random.next();
  if (kind < 0.004) return { basis: "unscoped", writes: [], reads: [], resources };
  if (kind < 0.06) return { basis: "inferred", writes: [anyFile(random)], reads: [], resources };
  if (kind < 0.16) return declared([], [`${folder}/**`]);
  if (kind < 0.24) return declared([`${folder}/**`]);
  if (kind < 0.36) return declared([`${folder}/*.${random.pick(ENDINGS)}`]);
  const writes = [...new Set(Array.from({ length: random.between(1, 2) }, () => anyFile(random, folder)))];
  return declared(writes, random.chance(0.2) ? [anyFile(random)] : []);
}

import { type DocumentLine, headingOf } from "../markdown/document.ts";
import { alongTheFile, orderStatements } from "../markdown/order-statements.ts";
import type { FindReferences } from "../markdown/references.ts";
import { OrderEdges } from "../order-edges.ts";
import { Produced } from "./interfaces.ts";
import { consumedTasks, dependencyReader, isEverything, namesNothing, taskReferences } from "./references.ts";
import type { SuperpowersTask } from "./tasks.ts";

/**
 * What comes before what: a task waits for the tasks that its "Consumes" (or "Depends on") names, for those that
 * produce what it consumes or say that it uses them, and for the last one before it that writes one of its files.
 * One that says nothing of the kind, or consumes what nobody produces, waits for all before it, because such plans
 * are written to be carried out in order.
 */
export interface PlanOrder {
  /** For each open task the tasks that it waits for. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  /** What of that no words of the file say. */
  readonly inferred: ReadonlyMap<string, readonly string[]>;
  readonly warnings: readonly string[];
}

export function planOrder(tasks: readonly SuperpowersTask[], order: readonly DocumentLine[]): PlanOrder {
  const warnings: string[] = [];
  const ids = tasks.map(({ id }) => id);
  const isOpen = new Set(tasks.filter(({ done }) => !done).map(({ id }) => id));
  const partsOf = new Map(tasks.map((task) => [task.id, task.parts]));
  /** Heads of parts stand for their parts, and what is done for nothing. */
  const openOf = (id: string): string[] => {
    const parts = partsOf.get(id) ?? [];
    return parts.length > 0 ? parts.flatMap(openOf) : isOpen.has(id) ? [id] : [];
  };
  const find = taskReferences(ids);
  const dependenciesIn = dependencyReader(ids);
  const edges = new OrderEdges(ids);
  const isStated = new Set<string>();
  for (const [at, task] of tasks.entries()) {
    for (const text of [task.dependsOn, notesOf(task)]) {
      if (text === undefined) continue;
      const { named, outside } = dependenciesIn(text, at);
      // "Prerequisites: a clean checkout" says nothing of order.
      const speaks = named.length > 0 || outside.length > 0 || namesNothing(text);
      for (const one of openOf(task.id)) {
        if (speaks) isStated.add(one);
        edges.state(one, named.flatMap(openOf));
      }
      for (const name of outside) {
        const what = `task ${task.id} depends on ${name}, which is not in the file: nothing waits for it`;
        warnings.push(`line ${task.line}: ${what}`);
      }
    }
  }
  const suggest = (id: string, others: readonly string[], line: number) => {
    for (const one of openOf(id)) {
      const contradicted = edges.suggest(one, others.flatMap(openOf), true);
      for (const other of contradicted) {
        warnings.push(`line ${line}: ${one} cannot wait for ${other}, which waits for it`);
      }
    }
  };
  const position = new Map(ids.map((id, at) => [id, at]));
  const lines = order.map(({ number, text }) => ({ number, text }));
  for (const { line, units, waitFor, complete } of alongTheFile(
    orderStatements(lines, find),
    (id) => position.get(id) ?? -1,
  )) {
    for (const unit of units) {
      suggest(unit, waitFor, line);
      if (complete) for (const one of openOf(unit)) isStated.add(one);
    }
  }
  for (const [at, { id, produces }] of tasks.entries()) {
    // What a task gives to others it says in "used by Task 4".
    const users = find(produces).flatMap(({ units }) => units);
    for (const user of users.filter((one) => (position.get(one) ?? -1) > at)) {
      for (const one of openOf(user)) edges.suggest(one, openOf(id), true);
    }
  }
  addByPlace(tasks, edges, { isStated, find, openOf, warnings });
  return {
    dependencies: new Map(ids.map((id) => [id, edges.of(id)])),
    inferred: new Map(ids.map((id) => [id, edges.inferredOf(id)])),
    warnings,
  };
}

interface Surrounding {
  readonly isStated: ReadonlySet<string>;
  readonly find: FindReferences;
  readonly openOf: (id: string) => string[];
  readonly warnings: string[];
}

/** Adds to what is said what follows from the tasks' place, files and interfaces. */
function addByPlace(
  tasks: readonly SuperpowersTask[],
  edges: OrderEdges<string>,
  { isStated, find, openOf, warnings }: Surrounding,
): void {
  const lastWriter = new Map<string, string>();
  // Open tasks so far that none of them waits for.
  let leaves: string[] = [];
  const awaited = new Set<string>();
  const before = new Set<string>();
  const produced = new Produced();
  for (const { id, done, parts, consumes, produces, files } of tasks) {
    if (parts.length > 0) continue;
    if (!done) {
      if (consumes === undefined && !isStated.has(id)) edges.suggest(id, leaves);
      else if (consumes !== undefined && !namesNothing(consumes)) {
        const { producers, unmatched } = produced.consumedBy(consumes, (clause) => find(clause).length > 0);
        const named = isEverything(consumes) ? leaves : consumedTasks(consumes, before, find);
        edges.suggest(id, named.flatMap(openOf), true);
        edges.suggest(id, producers.flatMap(openOf));
        if (unmatched.length > 0 && leaves.length > 0) {
          edges.suggest(id, leaves);
          const names = unmatched.slice(0, MAX_NAMES).join(", ");
          warnings.push(
            `task ${id} consumes ${names}, which no task before it says it produces: it waits for all before it`,
          );
        }
      }
      for (const path of files?.writes ?? []) edges.suggest(id, openOf(lastWriter.get(path) ?? ""));
      for (const other of edges.of(id)) awaited.add(other);
      leaves = [...leaves, id].filter((leaf) => !awaited.has(leaf));
    }
    for (const path of files?.writes ?? []) lastWriter.set(path, id);
    before.add(id);
    produced.add({ id, produces, writes: files?.writes ?? [] });
  }
}

/** Names of a warning. */
const MAX_NAMES = 5;

/** "(depends on Task 1)" behind the number or the name. */
function notesOf({ name, notes }: SuperpowersTask): string | undefined {
  return /[([（][^)\]）]*\b(?:depends\s+on|after|blocked\s+by|requires|needs)\s*:?\s*((?:tasks?\s*)?[^)\]）]*\d[^)\]）]*)/i.exec(
    `${notes} ${name}`,
  )?.[1];
}

const ORDER_HEADING =
  /\b(?:dependenc|execution order|order of (?:execution|work|tasks)|task order|sequenc|prerequisites)|依赖|依賴/i;

/** The lines under headings that speak of order, outside of the tasks. */
export function orderLines(
  lines: readonly DocumentLine[],
  tasks: readonly SuperpowersTask[],
): DocumentLine[] {
  const inTask = new Set(tasks.flatMap(({ body }) => body.map(({ number }) => number)));
  let level = 0;
  return lines.filter((line) => {
    const heading = headingOf(line);
    if (heading && ORDER_HEADING.test(heading.text)) level = heading.level;
    else if (heading && heading.level <= level) level = 0;
    return level > 0 && !inTask.has(line.number);
  });
}

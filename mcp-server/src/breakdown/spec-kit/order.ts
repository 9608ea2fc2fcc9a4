import { type DocumentLine, headingOf } from "../markdown/document.ts";
import {
  alongTheFile,
  mentionedUnits,
  type OrderStatement,
  orderStatements,
} from "../markdown/order-statements.ts";
import { type FindReferences, listPattern } from "../markdown/references.ts";
import { OrderEdges } from "../order-edges.ts";
import { endsOf, groupsOf, phasesAfter } from "./phase-order.ts";
import { referencesIn, type Unit } from "./references.ts";
import { ID, type Phase, type SpecKitDocument, type SpecKitTask } from "./tasks.ts";

/** What the file says of order, and what the place of a task in it makes it wait for. */

export interface SpecKitOrder {
  /** For each open task the open tasks that it waits for. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  /** What of that no words of the file say. */
  readonly inferred: ReadonlyMap<string, readonly string[]>;
  readonly warnings: readonly string[];
}

/** @param open whether a task is still to be done. */
export function specKitOrder(document: SpecKitDocument, open: (task: SpecKitTask) => boolean): SpecKitOrder {
  const { phases } = document;
  const find = referencesIn(phases);
  const tasks = phases.flatMap((phase) => phase.tasks);
  const place = placeIn(phases);
  const statements = [
    ...alongTheFile(orderStatements(linesOf(document.order), find), place),
    ...phases.flatMap((phase) => ofPhase(phase, find)),
  ];
  const { after, inferred } = phasesAfter(phases, statements);
  const ends = endsOf(phases, after, open);
  const tasksOf = tasksByUnit(tasks);
  const openOf = (units: readonly Unit[]): string[] =>
    units.flatMap((unit) => {
      const phase = phaseOf(unit);
      return phase === undefined
        ? tasksOf(unit)
            .filter(open)
            .map(({ id }) => id)
        : ends(phase);
    });
  const edges = new OrderEdges(tasks.map(({ id }) => id));
  const warnings: string[] = [];
  const suggest = (id: string, others: readonly string[], line: number) => {
    for (const other of edges.suggest(id, others, true)) {
      warnings.push(`line ${line}: ${id} cannot wait for ${other}, which waits for it`);
    }
  };
  const ownLines = (task: SpecKitTask) => task.own.map((text, at) => ({ number: task.line + at, text }));
  const ofOthers: OrderStatement[] = [];
  for (const task of tasks.filter(open)) {
    const own = `task ${task.id}`;
    for (const said of alongTheFile(orderStatements(ownLines(task), find, [own]), place)) {
      if (said.units.includes(own)) edges.state(task.id, openOf(said.waitFor));
      ofOthers.push({ ...said, units: said.units.filter((unit) => unit !== own) });
    }
    for (const id of unknownIn(task, tasksOf)) {
      warnings.push(`line ${task.line} names ${id}, which is not in the file: nothing waits for it`);
    }
  }
  for (const { line, units, waitFor } of [...statements, ...ofOthers]) {
    for (const unit of units) {
      const phase = phaseOf(unit);
      // Between phases it is known already.
      const others = phase === undefined ? waitFor : waitFor.filter((other) => phaseOf(other) === undefined);
      const first =
        phase === undefined ? tasksOf(unit) : groupsOf(phases[phase - 1]?.tasks.filter(open) ?? [])[0];
      for (const task of first ?? []) if (open(task)) suggest(task.id, openOf(others), line);
    }
  }
  const position = new Map(tasks.map(({ id }, at) => [id, at]));
  for (const [at, task] of tasks.entries()) {
    if (!open(task)) continue;
    // Whoever speaks of a task before it probably uses what that one made.
    const mentioned = ownLines(task)
      .flatMap(({ text }) => mentionedUnits(text, find))
      .flatMap(tasksOf);
    edges.suggest(
      task.id,
      mentioned.filter((other) => open(other) && (position.get(other.id) ?? at) < at).map(({ id }) => id),
    );
  }
  for (const phase of phases) {
    const [first = [], ...others] = groupsOf(phase.tasks.filter(open));
    for (const before of after.get(phase.index) ?? []) {
      const isSaid = inferred.get(phase.index)?.has(before) === false;
      for (const { id } of first) edges.suggest(id, ends(before), isSaid);
    }
    let previous = first;
    for (const group of others) {
      for (const { id } of group) edges.suggest(id, idsOf(previous));
      previous = group;
    }
  }
  return {
    dependencies: new Map(tasks.map(({ id }) => [id, edges.of(id)])),
    inferred: new Map(tasks.map(({ id }) => [id, edges.inferredOf(id)])),
    warnings,
  };
}

function idsOf(tasks: readonly SpecKitTask[]): string[] {
  return tasks.map(({ id }) => id);
}

/** Where a unit stands in the file: phases by their number, tasks behind it in their order. */
function placeIn(phases: readonly Phase[]): (unit: Unit) => number {
  const places = new Map<Unit, number>();
  for (const { index, tasks } of phases) {
    places.set(`phase ${index}`, index);
    for (const [at, { id }] of tasks.entries())
      places.set(`task ${id}`, index + (at + 1) / (tasks.length + 1));
  }
  return (unit) => places.get(unit) ?? 0;
}

function phaseOf(unit: Unit): number | undefined {
  return unit.startsWith("phase ") ? Number(unit.slice("phase ".length)) : undefined;
}

/** The tasks that a unit names which is no phase. */
function tasksByUnit(tasks: readonly SpecKitTask[]): (unit: Unit) => readonly SpecKitTask[] {
  const found = new Map<Unit, SpecKitTask[]>();
  for (const task of tasks) {
    found.set(`task ${task.id}`, [task]);
    const number = /^US-?(\d+)$/.exec(task.story ?? "")?.[1];
    const story = `story ${number}`;
    if (number !== undefined) found.set(story, [...(found.get(story) ?? []), task]);
  }
  return (unit) => found.get(unit) ?? [];
}

function linesOf(lines: readonly DocumentLine[]) {
  return lines.map(({ number, text }) => ({ number, text }));
}

/** What a phase says in its heading and below it, before its first task. */
function ofPhase(phase: Phase, find: FindReferences): OrderStatement[] {
  const about = phase.about.filter((line) => !headingOf(line) && !line.literal);
  const name = { number: 0, text: phase.name };
  return orderStatements([name, ...linesOf(about)], find, [`phase ${phase.index}`]).filter(({ units }) =>
    units.includes(`phase ${phase.index}`),
  );
}

/** Ids that the task's own words say it waits for, in the file or not. */
function unknownIn(task: SpecKitTask, tasksOf: (unit: Unit) => readonly SpecKitTask[]): string[] {
  const text = task.own.join(" ").replace(/\*\*|`/g, "");
  const list = new RegExp(
    `\\b(?:depends\\s+on|blocked\\s+by|dependencies|requires)\\s*:?\\s*(${listPattern(ID)})`,
    "gi",
  );
  // Numbers of a tracker, or of another plan.
  const outside =
    /\b(?:depends\s+on|blocked\s+by|requires)\s*:?\s*((?!T-\d)[A-Z][A-Z0-9]*-\d+|#\d+)(?![\w-])/gi;
  return [
    ...[...text.matchAll(list)].flatMap(([, ids = ""]) =>
      [...ids.matchAll(new RegExp(ID, "g"))].map(([id]) => id),
    ),
    ...[...text.matchAll(outside)].map(([, id = ""]) => id),
  ].filter((id) => tasksOf(`task ${id}`).length === 0);
}

import type { FindReferences, Reference } from "./references.ts";

/** What a text says about order in sentences such as "Phase 3 depends on Phase 1 and 2". */
export interface OrderStatement {
  readonly line: number;
  readonly units: readonly string[];
  readonly waitFor: readonly string[];
  /** Nothing is left of what they wait for but the names that were found and small words. */
  readonly complete: boolean;
  /** Only an arrow says it, which some draw from what waits and some to it. */
  readonly byArrow: boolean;
}

/** Between these words and their object nothing but the object is expected. */
const WAITS =
  /\b(?:depend(?:s|ent|ing)?(?:\s+(?:up)?on)?|dependenc(?:y|ies)|prerequisites?|requires?|needs?|builds?\s+(?:up)?on|based\s+on|blocked\s+by|waits?\s+(?:for|on|until)|relies\s+on|rely\s+on|follows?|after|once|extends|consumes|assumes|starts?\s+when)\b(?!\s+to\b)|依赖于?|依賴於?|前置条件|前置任务|需要|取决于|depende[mn]?\s+d(?:e|el|a|o|as|os)\b|benötigt|hängt\s+ab\s+von|dépend\s+de/iu;
const BLOCKS =
  /\b(?:blocks?|blocking|unblocks?|before|precedes?|prerequisites?\s+(?:for|of|to)|enables?|required\s+(?:by|for)|needed\s+(?:by|for)|used\s+by|consumed\s+by|must\s+(?:be\s+)?(?:complete|completed|done|finished?)\s+before)\b/iu;
const NO_ORDER =
  /\b(?:no\s+(?:\w+\s+)?dependenc|not\s+depend|n['’]t\s+depend|independent(?:ly)?\b|without\s+waiting|in\s+parallel|concurrently|parallel\s+(?:with|to)|alongside|may\s+integrate|can\s+integrate|optional(?:ly)?\s+(?:uses|integrates)|unrelated)/i;
const ARROW = /\s*(?:→|⟶|➔|➜|⇒|-{1,3}>|=>)\s*/;
const SMALL_WORDS =
  /\b(?:all|and|or|the|of|on|phases?|stages?|completion|complete[ds]?|completing|being|is|are|be|to|tasks?|done|finish(?:ed|es)?|desired|user|stor(?:y|ies)|only|both|having|been|has|have|work|layers?|first|must|ends?|it|from|in|this|groups?|level|none)\b/gi;
/** What ends a clause; arrows do not. */
const CLAUSES = /[;；。|]|\.(?=\s|$)|\s[-–—]\s(?!>)|\b(?:but|then|mas|pero|mais|aber)\b/;

export interface OrderLine {
  readonly number: number;
  readonly text: string;
}

/**
 * The statements in the lines, in their order.
 * @param context what a line without a subject of its own is about.
 */
export function orderStatements(
  lines: readonly OrderLine[],
  find: FindReferences,
  context: readonly string[] = [],
): OrderStatement[] {
  return withoutTables(lines).flatMap(({ number, text }) => {
    const plain = text.replace(/\*\*|__|`/g, "").replace(/^\s*(?:[-*+•]|\d{1,9}[.)])\s+/, "");
    const [, label = "", rest = plain] = /^([^:：]{1,120}?)\s*[:：](?!\/)\s*(.*)$/.exec(plain) ?? [];
    return statementsOf(label, rest, find, context).map((statement) => ({ line: number, ...statement }));
  });
}

/** A row of a table with a column such as "Depends on" as the sentence that it stands for. */
function withoutTables(lines: readonly OrderLine[]): OrderLine[] {
  let column = -1;
  return lines.map(({ number, text }) => {
    const cells = /^\s*\|(.*?)\|?\s*$/.exec(text)?.[1]?.split("|");
    if (!cells) {
      column = -1;
      return { number, text };
    }
    const [subject = "", objects = ""] = [cells[0], cells[column]];
    if (column > 0) return { number, text: `${subject}: depends on ${objects}` };
    column = cells.findIndex((cell, at) => at > 0 && cell.length < 40 && WAITS.test(cell));
    return { number, text: cells.join(" | ") };
  });
}

type Statement = Omit<OrderStatement, "line">;

function statementsOf(
  label: string,
  rest: string,
  find: FindReferences,
  context: readonly string[],
): Statement[] {
  const labelled = unitsOf(find(label));
  // "Depends on: Phase 2" and "Order: Phase 1 → Phase 2".
  const isVerb = label !== "" && (WAITS.test(label) || BLOCKS.test(label)) && !NO_ORDER.test(label);
  if (isVerb && labelled.length === 0 && !ARROW.test(rest)) {
    const plain = rest.replace(/\([^()]*\)/g, "");
    const named = find(plain);
    return BLOCKS.test(label)
      ? statement(unitsOf(named), context, true)
      : statement(context, unitsOf(named), isAll(plain, named));
  }
  const clauses = clausesOf(isVerb ? `${label} ${rest}` : rest);
  if (!isVerb && labelled.length > 0) return clauses.flatMap((one) => clauseStatements(one, find, labelled));
  // In "T003 (depends on T001)" the subject stands before the clause.
  const [first = ""] = clauses;
  const before = clauses.length > 1 && !WAITS.test(first) && !BLOCKS.test(first) ? unitsOf(find(first)) : [];
  return clauses.flatMap((one) => clauseStatements(one, find, before.length > 0 ? before : context));
}

/** The clauses of a sentence, behind them those in its brackets: a list goes on behind a bracket. */
function clausesOf(text: string): string[] {
  const brackets = /[(（]([^()（）]*)[)）]/g;
  const inside = [...text.matchAll(brackets)].map(([, content = ""]) => content);
  return [text.replace(brackets, " "), ...inside].flatMap((part) => part.split(CLAUSES));
}

function clauseStatements(clause: string, find: FindReferences, subject: readonly string[]): Statement[] {
  if (NO_ORDER.test(clause)) return [];
  const blocks = BLOCKS.exec(clause);
  const waits = WAITS.exec(clause);
  // In "US3 → needs US2" the verb says what the arrow means.
  if (blocks === null && waits === null && ARROW.test(clause)) return chain(clause, find);
  const verb = blocks !== null && (waits === null || blocks.index <= waits.index) ? blocks : waits;
  if (verb === null) return [];
  const own = unitsOf(find(clause.slice(0, verb.index)));
  const objectText = clause.slice(verb.index + verb[0].length);
  const objects = find(objectText);
  const units = own.length > 0 ? own : subject;
  if (verb === blocks) return statement(unitsOf(objects), units, true);
  return statement(units, unitsOf(objects), isAll(objectText, objects));
}

/** "A → B, C → D": each waits for what stands before its arrow. */
function chain(text: string, find: FindReferences): Statement[] {
  const steps = text.split(ARROW).map((step) => unitsOf(find(step)));
  return steps.slice(1).flatMap((units, at) => statement(units, steps[at] ?? [], true, true));
}

function statement(
  units: readonly string[],
  waitFor: readonly string[],
  complete: boolean,
  byArrow = false,
): Statement[] {
  const others = waitFor.filter((unit) => !units.includes(unit));
  return units.length > 0 && others.length > 0 ? [{ units, waitFor: others, complete, byArrow }] : [];
}

/** The statements with every arrow along the order of the file: the other way round it means "depends on". */
export function alongTheFile(
  statements: readonly OrderStatement[],
  place: (unit: string) => number,
): OrderStatement[] {
  return statements.map((one) => {
    const last = (units: readonly string[]) => Math.max(...units.map(place));
    const turned = one.byArrow && last(one.waitFor) > last(one.units);
    return turned ? { ...one, units: one.waitFor, waitFor: one.units } : one;
  });
}

/** What the text names without saying that it goes on beside it. */
export function mentionedUnits(text: string, find: FindReferences): string[] {
  const clauses = clausesOf(text.replace(/\*\*|__|`/g, ""));
  return clauses.filter((clause) => !NO_ORDER.test(clause)).flatMap((clause) => unitsOf(find(clause)));
}

function unitsOf(references: readonly Reference[]): string[] {
  return [...new Set(references.flatMap(({ units }) => units))];
}

/** Whether the references are all that the text says. */
function isAll(text: string, references: readonly Reference[]): boolean {
  let rest = text;
  for (const { start, end } of [...references].sort((a, b) => b.start - a.start)) {
    rest = `${rest.slice(0, start)} ${rest.slice(end)}`;
  }
  return !/[\p{L}\p{N}]/u.test(rest.replace(SMALL_WORDS, ""));
}

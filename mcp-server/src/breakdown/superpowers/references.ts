import { type FindReferences, listPattern, listReader } from "../markdown/references.ts";

/** Finds the tasks that a text of a plan names. */

const NOTHING = /^\W*(?:nothing|none|no dependenc\w*|n\/a|[-–—]|无|無|なし)(?=\W|$)/i;
const EVERYTHING =
  /\b(?:everything|all)\b(?![^.;]*\b(?:from|of|in)\s+tasks?\s+#?\d)(?=[^.;`]*\b(?:above|before|earlier|previous|preceding|prior|other|so far|tasks?)\b|\s*[.;]|\s*$)|\b(?:all|every)\s+(?:the\s+)?(?:previous|earlier|prior|preceding|other|above)\b|以上所有|前面所有/i;
const PREVIOUS = /\b(?:the\s+)?(?:previous|preceding)\s+task\b|\bthe one (?:above|before)\b/i;
const EXCEPT = /\b(?:except|besides|beyond|other than|but|apart from)\b/i;

/** "nothing", and not "nothing but …". */
export function namesNothing(text: string): boolean {
  return NOTHING.test(text) && !EXCEPT.test(text);
}

/** "everything above", "all previous tasks". */
export function isEverything(text: string): boolean {
  return !NOTHING.test(text) && EVERYTHING.test(text);
}

/** "Task 3", "Tasks 1, 2 and 4", "Tasks 5–7", among the ids of the plan. */
export function taskReferences(ids: readonly string[]): FindReferences {
  const one = idPattern(ids);
  const members = listReader(one, ids);
  const list = new RegExp(
    `(?:\\b[Tt]asks?|TASKS?|任务|任務|タスク)\\s*#?(${listPattern(one, "(?:[Tt]asks?\\s+)?#?")})`,
    "g",
  );
  return (text) =>
    [...text.matchAll(list)].map((found) => ({
      start: found.index,
      end: found.index + found[0].length,
      units: members(found[1] ?? ""),
    }));
}

/** The tasks that a text on consumption names, those that it says to take nothing from left out. */
export function consumedTasks(text: string, earlier: ReadonlySet<string>, find: FindReferences): string[] {
  const rest = NOTHING.test(text) ? (text.split(EXCEPT)[1] ?? "") : text;
  const named = find(rest).flatMap(({ units }) => units);
  return [...named.filter((id) => earlier.has(id)), ...(PREVIOUS.test(rest) ? [...earlier].slice(-1) : [])];
}

export interface Named {
  readonly named: readonly string[];
  /** What is no task of the plan. */
  readonly outside: readonly string[];
}

/**
 * Reads what "Depends on" names, by number alone as well.
 * @returns a function of the text and of how many tasks of the plan stand before the one that says it.
 */
export function dependencyReader(ids: readonly string[]): (text: string, before: number) => Named {
  const one = idPattern(ids);
  const members = listReader(`(?<![\\w.])${one}`, ids);
  const known = new RegExp(`(?<![\\w.])${one}`, "g");
  return (text, before) => {
    if (namesNothing(text)) return { named: [], outside: [] };
    if (isEverything(text)) return { named: ids.slice(0, before), outside: [] };
    if (PREVIOUS.test(text)) return { named: ids.slice(Math.max(0, before - 1), before), outside: [] };
    // Explanations in brackets and behind a dash have numbers of their own.
    const plain = text
      .replace(/\([^()]*\)|（[^（）]*）/g, " ")
      .replace(/\s[—–-]\s(?!\s*(?:task\s*)?\d).*$/i, " ");
    const rest = plain.replace(known, " ");
    const others = [...rest.matchAll(UNKNOWN_ID)].map(([id]) => id);
    // Where words explain, a number among them may be anything; that of a tracker has letters before it.
    const words = rest
      .replace(UNKNOWN_ID, "")
      .replace(/\b(?:tasks?|and|or|to|completed?|done|all|of)\b/gi, "");
    const outside = others.filter((id) => !/\p{L}/u.test(words) || /^[A-Z].*-/.test(id));
    return { named: members(plain), outside: [...new Set(outside)] };
  };
}

const UNKNOWN_ID =
  /(?<![\w-])(?:(?:[A-Z][A-Za-z0-9]*-)?\d+(?:\.\d+)*[a-z]?(?![\w.])|[A-Z][A-Za-z0-9]*-\d+(?!\w))/g;
const MAX_ALTERNATIVES = 500;

/** A pattern of the ids that there are: with one for any id, "2-3" would be an id and not two tasks. */
function idPattern(ids: readonly string[]): string {
  if (ids.length > MAX_ALTERNATIVES) return "(?:[A-Za-z]{0,4}-?\\d+(?:\\.[A-Za-z0-9]+)*)(?!\\w|\\.\\w)";
  const escaped = [...ids]
    .sort((a, b) => b.length - a.length)
    .map((id) => id.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return `(?:${escaped.join("|")})(?!\\w|\\.\\w)`;
}

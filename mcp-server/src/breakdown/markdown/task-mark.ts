/** How a line or a heading says that something is to be done, and whether it is done: boxes, ticks and words. */

export interface TaskMark {
  /** `unclear`: a box with a sign that means different things to different people; not done. */
  readonly state: "open" | "done" | "unclear";
  /** Whether there is a box or a tick at all. */
  readonly marked: boolean;
  /** The sign in an unclear box. */
  readonly sign: string;
  /** What stands behind the marks. */
  readonly text: string;
}

const LIST_MARK = /^\s*(?:[-*+•]|\d{1,9}[.)](?=\s+(?:\[[^\]]?\]|\p{S})))\s+/u;
const BOX = /^\[([^\]]?)\](?=\s|$|\*)\s*/u;
const DONE_SIGN = /^[xX✓✔✅√☑✗]$/u;
const TICK = /^(?:✅|☑|✔|✓|🗹)\uFE0F?\s*/u;
const OPEN_SIGN = /^(?:⬜|☐|🔲|◻|⏳|🚧|🔄|🔜|📋)\uFE0F?\s*/u;
const DONE_BEHIND =
  /\s*(?:[-–—:|,]\s*)?(?:(?:✅|☑|✔|✓|🗹)\uFE0F?\s*(?:\*\*)?(?:COMPLETED?|DONE|FINISHED|IMPLEMENTED)?(?:\*\*)?|[([](?:✅\s*)?(?:completed?|done|finished|implemented)[)\]]|[-–—|]\s+(?:completed|done|finished)|\b(?:COMPLETED|DONE|FINISHED))\s*(?:✅)?\s*$/iu;
const WORD_IN_CAPITALS = /(?:COMPLETED|DONE|FINISHED)\s*$/;
const GIVEN_UP_BEHIND =
  /\s*(?:[([](?:cancell?ed|skipped|dropped|obsolete|superseded|won['’]t do)[)\]]|❌\s*(?:CANCELL?ED|SKIPPED|DROPPED)?)\s*$/iu;

/** Reads and takes off the marks before a line's text, list mark included. */
export function markBefore(line: string): TaskMark {
  let text = line.replace(LIST_MARK, "").trim();
  let state: TaskMark["state"] = "open";
  let marked = false;
  let sign = "";
  for (;;) {
    const box = BOX.exec(text);
    const found = box ?? TICK.exec(text) ?? OPEN_SIGN.exec(text);
    if (found === null) break;
    // A box says more than a sign beside it.
    if (!marked || box) {
      const inside = box?.[1]?.trim();
      sign = "";
      if (inside === undefined) state = TICK.test(text) ? "done" : "open";
      else if (inside === "") state = "open";
      else if (DONE_SIGN.test(inside)) state = "done";
      else [state, sign] = ["unclear", inside];
    }
    marked = true;
    text = text.slice(found[0].length);
  }
  const struck = /^~~(.+?)~~\s*(.*)$/.exec(text);
  if (struck !== null) [state, marked, text] = ["done", true, `${struck[1]} ${struck[2]}`];
  return { state, marked, sign, text: text.trim() };
}

/** The same for a heading, which may bear its tick behind the text. */
export function markOfHeading(heading: string): TaskMark {
  const before = markBefore(heading);
  const behind = GIVEN_UP_BEHIND.exec(before.text) ?? doneBehind(before.text);
  if (behind === null) return before;
  const text = before.text.slice(0, behind.index).trim();
  return text === ""
    ? before
    : { ...before, state: before.marked ? before.state : "done", marked: true, text };
}

/** The words alone end many a name ("Get it done"): without a sign only capitals count. */
function doneBehind(text: string): RegExpExecArray | null {
  const found = DONE_BEHIND.exec(text);
  if (found === null) return null;
  const words = /^\s*\w+\s*$/.test(found[0]);
  return words && !WORD_IN_CAPITALS.test(found[0]) ? null : found;
}

/** Whether the text behind an open box says that the task is done. */
export function saysDone(text: string): boolean {
  return TICK.test(text) || /^\*\*(?:DONE|COMPLETED?)\b/.test(text) || doneBehind(text) !== null;
}

/** Whether the line is an item of a list with a box or a tick. */
export function isMarkedItem(line: string): boolean {
  return LIST_MARK.test(line) && markBefore(line).marked;
}

/** What stands behind the mark of an item of a list; undefined for any other line. */
export function itemText(line: string): string | undefined {
  return /^\s*(?:[-*+•]|\d{1,9}[.)])\s+(.*)$/.exec(line)?.[1];
}

/** What a row of a table begins with; undefined for any other line. */
export function firstCell(line: string): string | undefined {
  return /^\s*\|\s*([^|]*?)\s*\|/.exec(line)?.[1];
}

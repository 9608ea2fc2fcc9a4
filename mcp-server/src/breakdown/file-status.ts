/** How a file says that a task stands, whatever words its tool has for it. */
export type FileStatus = "open" | "done" | "given up" | "put off";

const WORDS: Readonly<Record<FileStatus, string>> = {
  open: `pending|open|todo|to do|new|ready|planned|not started|unstarted|queued|backlog|draft|proposed|in progress|inprogress|doing|started|active|wip|ongoing|review|in review|testing|blocked|waiting|failed|paused`,
  done: "done|complete|completed|closed|finished|resolved|merged|shipped|implemented|verified",
  "given up":
    "cancelled|canceled|skipped|dropped|abandoned|obsolete|rejected|removed|superseded|duplicate|wontfix|wont fix|won't fix|won't do",
  "put off": "deferred|postponed",
};
const MEANINGS = new Map(
  Object.entries(WORDS).flatMap(([status, words]) =>
    words.split("|").map((word) => [word, status as FileStatus] as const),
  ),
);

const DONE_SIGN = /^(?:\[?[xX✓✔]\]?|[✅☑✔]|100 ?%(?: (?:done|complete))?)\uFE0F?$/iu;
/** A tick or a ticked box at one end of a name. */
const TICKED = /^\s*(?:\[[xX✓✔✅]\](?=\s)|[✅☑✔✓])|[✅☑✔]\uFE0F?\s*$/u;
/** Keys that say by themselves that a record is done. */
const DONE_KEYS = ["done", "completed", "complete", "finished", "isDone", "isCompleted", "passes", "checked"];

/** What a record of a JSON file says of itself, by whatever key; undefined where it says nothing that is known. */
export function recordStatus(record: Readonly<Record<string, unknown>>): FileStatus | undefined {
  if (DONE_KEYS.some((key) => record[key] === true)) return "done";
  const stated = fileStatus(record.status) ?? fileStatus(record.state);
  if (stated !== undefined) return stated;
  const name = record.subject ?? record.title ?? record.name;
  return typeof name === "string" && TICKED.test(name) ? "done" : undefined;
}

/** What a value of a key such as `status` means; undefined for a word that nobody knows. */
export function fileStatus(value: unknown): FileStatus | undefined {
  if (value === true) return "done";
  if (typeof value !== "string") return undefined;
  if (DONE_SIGN.test(value.trim())) return "done";
  return MEANINGS.get(
    value
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/g, " ")
      .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ""),
  );
}

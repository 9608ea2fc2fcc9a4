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

/** What a value of a key such as `status` means; undefined for a word that nobody knows. */
export function fileStatus(value: unknown): FileStatus | undefined {
  if (typeof value !== "string") return undefined;
  return MEANINGS.get(
    value
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/g, " ")
      .replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ""),
  );
}

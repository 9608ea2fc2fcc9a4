import { distance } from "fastest-levenshtein";

/** Names that models give to fields that are called otherwise here; of several the first that there is. */
const CALLED_HERE: ReadonlyMap<string, readonly string[]> = new Map([
  ["blockedby", ["addBlockedBy"]],
  ["cap", ["maxParallel", "max"]],
  ["code", ["exitCode"]],
  ["count", ["max"]],
  ["dependencies", ["addBlockedBy"]],
  ["dependson", ["addBlockedBy"]],
  ["description", ["text", "summary"]],
  ["detail", ["text", "summary"]],
  ["files", ["filesChanged", "addWrites"]],
  ["goal", ["title", "subject"]],
  ["id", ["task"]],
  ["limit", ["max"]],
  ["line", ["file"]],
  ["message", ["text", "summary", "note"]],
  ["name", ["worker", "subject", "plan"]],
  ["output", ["result"]],
  ["path", ["file", "from"]],
  ["reason", ["notVerified", "summary"]],
  ["role", ["agent"]],
  ["slug", ["plan"]],
  ["status", ["outcome"]],
  ["timeout", ["waitSeconds"]],
  ["why", ["notVerified"]],
  ["workers", ["maxParallel", "max"]],
  ["writes", ["addWrites"]],
]);
/** A name within one that is shorter is found in anything. */
const SHORTEST_PART = 3;
/** Of the longer name's letters so many may differ. */
const MISSPELT = 1 / 3;

/** The field that somebody meant by a name that there is not; undefined if none is near. */
export function nearestField(name: string, known: readonly string[]): string | undefined {
  const meant = plain(name);
  const fields = known.map((field) => ({ field, letters: plain(field) }));
  const same = fields.find(({ letters }) => letters === meant)?.field;
  const called = CALLED_HERE.get(meant)?.find((field) => known.includes(field));
  const misspelt = fields.find(
    ({ letters }) => distance(letters, meant) <= Math.max(letters.length, meant.length) * MISSPELT,
  )?.field;
  const part = fields.find(
    ({ letters }) =>
      Math.min(letters.length, meant.length) >= SHORTEST_PART &&
      (letters.includes(meant) || meant.includes(letters)),
  )?.field;
  return same ?? called ?? misspelt ?? part;
}

/** Whether it is written `maxParallel`, `max_parallel` or `max-parallel` makes no difference. */
function plain(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
}

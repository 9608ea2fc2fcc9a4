import { cleanLines } from "../../text/sanitize.ts";

/**
 * An answer without the characters that nobody sees: whatever a task or a report holds, a model is told nothing that
 * the people who read along are not shown.
 */
export function cleanAnswer(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return clean(data) as Record<string, unknown>;
}

function clean(value: unknown): unknown {
  if (typeof value === "string") return cleanLines(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanLines(key), clean(inner)]));
}

import { cleanLines } from "../../text/sanitize.ts";
import { escapeTags } from "../../text/tags.ts";

/**
 * An answer without the characters that nobody sees and without what might pass for a tag: whatever a task or a report
 * holds, a model is told nothing that the people who read along are not shown, and nothing in its host's name.
 */
export function cleanAnswer(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return clean(data) as Record<string, unknown>;
}

function clean(value: unknown): unknown {
  if (typeof value === "string") return harmless(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [harmless(key), clean(inner)]));
}

function harmless(text: string): string {
  return escapeTags(cleanLines(text));
}

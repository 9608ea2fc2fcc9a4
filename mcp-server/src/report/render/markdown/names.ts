import { escapeMarkdown, NAME_LIMIT } from "../../../text/sanitize.ts";

/** Names of files or tasks of which the same holds; the JSON has them all. */
const SHOWN_NAMES = 10;

/** The plugin's own prefix tells the reader nothing. */
export function agentName(agentType: string): string {
  return name(agentType.replace(/^parallel:/, ""));
}

export function grouped<T>(items: readonly T[], key: (item: T) => string): (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

/** `a, b and 7 more`; `last` stands before the last one where all are named. */
export function some(texts: readonly string[], last = ", "): string {
  const more = texts.length - SHOWN_NAMES;
  if (more > 0) return `${texts.slice(0, SHOWN_NAMES).join(", ")} and ${more} more`;
  return [texts.slice(0, -1).join(", "), ...texts.slice(-1)].filter((text) => text !== "").join(last);
}

export function name(text: string): string {
  return escapeMarkdown(text, NAME_LIMIT);
}

export function bold(id: string): string {
  return `**${escapeMarkdown(id, NAME_LIMIT)}**`;
}

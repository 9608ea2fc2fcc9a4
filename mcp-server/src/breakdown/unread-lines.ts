/** Lines of a file that look like tasks and are none: each is named with the reason. */

const MAX_NAMED = 20;

export interface UnreadLine {
  readonly line: number;
  readonly reason: string;
}

/** One warning for each reason. */
export function unreadWarnings(unread: readonly UnreadLine[]): string[] {
  const reasons = [...new Set(unread.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const lines = unread.filter((one) => one.reason === reason).map(({ line }) => line);
    return `not read as tasks, ${reason}: line ${rangesOf(lines)}`;
  });
}

/** Names for a message; of many only the first. */
export function listed(names: readonly string[]): string {
  const different = [...new Set(names)];
  const more = different.length - MAX_NAMED;
  return more > 0 ? `${different.slice(0, MAX_NAMED).join(", ")} and ${more} more` : different.join(", ");
}

/** "3, 5-9": every number is named, neighbours as a range. */
function rangesOf(lines: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last && line === last[1] + 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}

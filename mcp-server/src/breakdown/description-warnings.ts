import type { TaskDefinition } from "../graph/task.ts";

/** Words that send an agent to a text that it does not have: it reads its own task and nothing else. */
const ELSEWHERE = [
  /\bas (?:specified|described|explained|defined)(?: (?:above|earlier|in the spec\w*)|(?=[.,;)]|$))/im,
  /\b(?:from|see|according to) the spec(?:ification)?\b/i,
  /\b(?:same as|like|as) (?:in )?task \d[\w.]*\w/i,
];

/** Warns of descriptions that do not tell their agent everything. */
export function descriptionWarnings(tasks: readonly TaskDefinition[]): string[] {
  const empty = tasks.filter(({ description }) => description.trim() === "").map(({ id }) => id);
  const elsewhere = tasks.flatMap(({ id, description }) => {
    const found = ELSEWHERE.flatMap((words) => words.exec(description)?.[0] ?? []);
    return found.length === 0 ? [] : [`${id} ("${found[0]}")`];
  });
  return [
    ...(empty.length > 0 ? [`Without a description: ${empty.join(", ")}.`] : []),
    ...(elsewhere.length > 0
      ? [`These may send their agent to a text that it does not have: ${elsewhere.join(", ")}.`]
      : []),
  ];
}

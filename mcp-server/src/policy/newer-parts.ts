import type { GraphEvent } from "../graph/event.ts";
import type { PlanState } from "../graph/plan-state.ts";
import { taskName } from "../graph/task.ts";
import type { Unrecognised } from "../graph/unrecognised.ts";

/** Where many have a word, these are enough to see what it is. */
const MAX_NAMED = 5;

type Parts = Pick<PlanState, "tasks" | "claims" | "unknownSettings"> & {
  readonly plan: Pick<PlanState["plan"], "slug" | "unrecognised">;
};

/**
 * Says what a newer version of this program has stored of a plan and this one does not understand, in sentences for
 * whoever looks at the plan; none where everything is understood.
 * @param events the plan's log, where it was read.
 */
export function newerParts(
  { plan, tasks, claims, unknownSettings = [] }: Parts,
  events: readonly GraphEvent[] = [],
): string[] {
  const { slug } = plan;
  return [
    ...unknownSettings.map(
      (field) =>
        `The plan ${slug} has the setting ${quoted(field)} of a newer version; this server keeps it and does not apply it.`,
    ),
    ...wordsOf("plan", [[slug, plan.unrecognised]]),
    ...wordsOf(
      "task",
      tasks.map(({ id, unrecognised }) => [taskName(slug, id), unrecognised]),
    ),
    ...wordsOf(
      "claim on",
      claims.map(({ task, unrecognised }) => [taskName(slug, task), unrecognised]),
    ),
    ...unreadEvents(slug, events),
  ];
}

/** One sentence for each word, with those that have it. */
function wordsOf(what: string, things: readonly (readonly [string, Unrecognised | undefined])[]): string[] {
  const having = new Map<string, string[]>();
  for (const [name, unrecognised = {}] of things) {
    for (const [field, word] of Object.entries(unrecognised)) {
      const is = `${field} ${quoted(word)}`;
      having.set(is, [...(having.get(is) ?? []), name]);
    }
  }
  return [...having].map(([is, names]) => {
    const left = names.length - MAX_NAMED;
    const named = names.slice(0, MAX_NAMED).join(", ") + (left > 0 ? ` and ${left} more` : "");
    return `The ${what} ${named}: the ${is} is of a newer version; this server keeps it and does not understand it.`;
  });
}

function unreadEvents(slug: string, events: readonly GraphEvent[]): string[] {
  const types = events.flatMap(({ change }) => (change.type === "unrecognised" ? [change.storedType] : []));
  if (types.length === 0) return [];
  const named = [...new Set(types)].slice(0, MAX_NAMED).map(quoted);
  return [
    `The log of the plan ${slug} has events of a newer version (${types.length}, such as ${named.join(", ")}); this server keeps them and leaves them out.`,
  ];
}

/** A word that another program wrote: on one line, and no longer than a word is. */
function quoted(word: string): string {
  return `\`${word.replace(/[\s`]+/g, " ").slice(0, 60)}\``;
}

import { computed } from "@preact/signals";
import type { JSX } from "preact";
import type { AttemptRow } from "../../src/live/snapshot.ts";
import { plan } from "../state/plan-state.ts";
import { clockLength, timeOfDay } from "../time/words.ts";
import { Foreign } from "./foreign.tsx";

const MAX_LINES = 5;

interface FeedLine {
  readonly key: string;
  readonly atMs: number;
  readonly sign: string;
  readonly text: string;
}

const ENDS: Readonly<Partial<Record<AttemptRow["state"], readonly [sign: string, words: string]>>> = {
  completed: ["✓", "completed"],
  failed: ["✗", "failed"],
  unreported: ["✗", "ended without a report"],
  blocked: ["?", "is blocked"],
  lost: ["~", "lost its agent"],
  cancelled: ["⊘", "was cancelled"],
};

/** Ends of attempts are told as such, once. */
const TOLD_AS_ENDS: ReadonlySet<string> = new Set(["failed", "lost", "unreported", "blocked"]);

const latest = computed((): FeedLine[] => {
  const snapshot = plan.value;
  if (!snapshot) return [];
  const lines: FeedLine[] = snapshot.trouble
    .filter(({ kind }) => !TOLD_AS_ENDS.has(kind))
    .slice(0, MAX_LINES)
    .map(({ atMs, kind, task, text }) => ({
      key: `${kind} ${atMs} ${task ?? ""}`,
      atMs,
      sign: "!",
      text: task === undefined ? text : `${task} ${text}`,
    }));
  for (const { id, attempts } of snapshot.tasks) {
    const last = attempts.at(-1);
    if (!last) continue;
    const end = ENDS[last.state];
    if (last.endMs !== undefined && end) {
      const took = last.state === "completed" ? ` in ${clockLength(last.endMs - last.startMs)}` : "";
      lines.push({ key: `end ${id}`, atMs: last.endMs, sign: end[0], text: `${id} ${end[1]}${took}` });
    } else if (last.number > 0) {
      const again = last.number > 1 ? `, attempt ${last.number}` : "";
      lines.push({ key: `start ${id}`, atMs: last.startMs, sign: "▶", text: `${id} starts${again}` });
    }
  }
  return lines.sort((a, b) => b.atMs - a.atMs).slice(0, MAX_LINES);
});

/** What happened last. */
export function Feed(): JSX.Element {
  return (
    <ol class="feed num" aria-label="Latest">
      {latest.value.map(({ key, atMs, sign, text }) => (
        <li key={key}>
          {timeOfDay(atMs, true)} {sign} <Foreign text={text} />
        </li>
      ))}
    </ol>
  );
}

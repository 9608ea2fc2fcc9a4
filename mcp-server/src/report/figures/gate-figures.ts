import type { Change, GraphEvent } from "../../graph/event.ts";
import type { TaskId } from "../../graph/task.ts";

/** What the plan's gate did, by the log. */
export interface GateFigures {
  /** The commands that were the gate, the last one last. */
  readonly commands: readonly string[];
  /** Runs that came to a verdict, and those of them that were green. */
  readonly runs: number;
  readonly green: number;
  readonly red: number;
  /** Runs that came to none, because they could not be made or their server ended. */
  readonly withoutVerdict: number;
  /** The commands ran so long, all together. */
  readonly ranMs: number;
  /** Attempts that were merged while there was a gate. */
  readonly merged: number;
  /** How many merges the largest run tested together. */
  readonly mostTogether: number;
  /** Commits on which the gate was red and green. */
  readonly flaky: readonly string[];
  /** Commits of the branch itself on which it was never green, before anything was merged into them. */
  readonly redBases: readonly string[];
  /** The merge is red on top of what is green. */
  readonly blamed: readonly {
    readonly task: TaskId;
    /** With whose work it does not go together; empty: it knew all that was there. */
    readonly sides: readonly TaskId[];
    readonly repair: TaskId;
    /** Runs that were made from the first one that tested it until it was suspected. */
    readonly runsUntilNamed: number | undefined;
  }[];
}

type Of<Type extends Change["type"]> = Extract<Change, { type: Type }>;

/** @returns undefined where no gate was run. */
export function gateFigures(events: readonly GraphEvent[]): GateFigures | undefined {
  const changes = events.flatMap(({ change }) => (change.type === "unrecognised" ? [] : [change]));
  const of = <Type extends Change["type"]>(type: Type) =>
    changes.flatMap((change) => (change.type === type ? [change as Of<Type>] : []));
  const started = new Map(of("gate.started").map((line) => [line.run, line]));
  if (started.size === 0) return undefined;
  const ended = of("gate.ended");
  const verdicts = ended.flatMap(({ run, verdict }) => {
    const start = started.get(run);
    return start && verdict !== "none" ? [{ ...start, verdict }] : [];
  });
  const having = (verdict: string) => verdicts.filter((line) => line.verdict === verdict);
  const green = new Set(having("green").map(({ commit }) => commit));
  const red = [...new Set(having("red").map(({ commit }) => commit))];
  const first = changes.findIndex(({ type }) => type === "gate.started");
  return {
    commands: [...new Set([...started.values()].map(({ command }) => command))],
    runs: verdicts.length,
    green: having("green").length,
    red: having("red").length,
    withoutVerdict: ended.length - verdicts.length,
    ranMs: ended.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0),
    merged: changes.slice(first).filter(({ type }) => type === "work.merged").length,
    mostTogether: Math.max(0, ...[...started.values()].map(({ merges }) => merges.length)),
    flaky: red.filter((commit) => green.has(commit)),
    redBases: [
      ...new Set(
        having("red").flatMap(({ merges, reason, commit }) =>
          merges.length === 0 && reason !== "join" && !green.has(commit) ? [commit] : [],
        ),
      ),
    ],
    blamed: of("work.conflicted").flatMap(({ task, attempt, mergeTask, gateRun, sides = [] }) =>
      gateRun === undefined
        ? []
        : [{ task, sides, repair: mergeTask, runsUntilNamed: runsUntilNamed(changes, attempt) }],
    ),
  };
}

function runsUntilNamed(changes: readonly Change[], attempt: number): number | undefined {
  const named = changes.findIndex((line) => line.type === "gate.suspected" && line.attempt === attempt);
  if (named < 0) return undefined;
  const runs = changes.slice(0, named).flatMap((line) => (line.type === "gate.started" ? [line] : []));
  const first = runs.findIndex(({ merges }) => merges.some((id) => id === attempt));
  return first < 0 ? undefined : runs.slice(first).filter(({ merges }) => merges.length > 0).length;
}

import type { TaskId } from "../../graph/task.ts";
import type { ConversationUsage, Usage } from "../../graph/usage.ts";
import type { TaskResult } from "./task-result.ts";
import { totalUsage } from "./usage-figures.ts";

/** What one session did for the plan. */
export interface SessionResult {
  /** 1 for the session that started the first attempt. */
  readonly number: number;
  /** The host's name for it; absent for clients that are no sessions. */
  readonly session?: string;
  readonly startedAtMs: number;
  readonly attempts: number;
  /** Tasks that the session's attempts completed, in order of position. */
  readonly completed: readonly TaskId[];
  /** Tasks that it worked on without completing them, in order of position. */
  readonly notCompleted: readonly TaskId[];
  /** The tokens of its attempts that could be measured; absent where none could. */
  readonly agentsUsage?: Usage;
  /** The tokens that its main conversation used from its first claim to the report; absent where not measured. */
  readonly mainUsage?: Usage;
  /** Those that it had used before. */
  readonly mainUsageBefore?: Usage;
}

/** The sessions that ran attempts, in order of their first one. */
export function sessionResults(
  results: readonly TaskResult[],
  mainUsage: ReadonlyMap<string, ConversationUsage>,
): SessionResult[] {
  const attempts = results.flatMap((result) => result.attempts);
  const firstStart = new Map<string | undefined, number>();
  for (const { session, startedAtMs } of attempts) {
    firstStart.set(session, Math.min(startedAtMs, firstStart.get(session) ?? startedAtMs));
  }
  return [...firstStart]
    .sort(([, a], [, b]) => a - b)
    .map(([session, startedAtMs], i) => {
      const touched = results.filter((result) =>
        result.attempts.some((attempt) => attempt.session === session),
      );
      const completed = touched.filter((result) =>
        result.attempts.some((attempt) => attempt.session === session && attempt.outcome === "completed"),
      );
      const own = attempts.filter((attempt) => attempt.session === session);
      const agentsUsage = totalUsage(own.flatMap(({ usage }) => usage ?? []));
      const main = session === undefined ? undefined : mainUsage.get(session);
      return {
        number: i + 1,
        ...(session && { session }),
        startedAtMs,
        attempts: own.length,
        completed: completed.map((result) => result.task),
        notCompleted: touched.filter((result) => !completed.includes(result)).map((result) => result.task),
        ...(agentsUsage && { agentsUsage }),
        ...(main && { mainUsage: main.usage }),
        ...(main?.before && { mainUsageBefore: main.before }),
      };
    });
}

import type { Attempt } from "../../graph/attempt.ts";

/** What of an attempt counts here; one that begins with its report has its number already. */
export type AttemptAtWork = Pick<Attempt, "id" | "task" | "number" | "scope" | "widened" | "isolation">;

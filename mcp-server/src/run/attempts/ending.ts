import type { Outcome, Report } from "../../graph/attempt.ts";

/** How an attempt ends. */
export interface Ending {
  readonly outcome: Outcome;
  readonly report?: Report;
  readonly lastMessage?: string;
  readonly cause?: string;
  /** Acceptance commands that the server is to run when nobody writes. */
  readonly runLater?: readonly string[];
  /** Only the user can help: the task is not tried again before that. */
  readonly waitsForUser?: true;
  /** The agent may still be writing: its scope stays held for one more lease. */
  readonly draining?: boolean;
  /** The model's provider refused the agent: this costs the task nothing, and the plan goes on more slowly. */
  readonly throttled?: true;
  /** Its session or its script was ended, for which the task cannot be blamed. */
  readonly interrupted?: true;
}

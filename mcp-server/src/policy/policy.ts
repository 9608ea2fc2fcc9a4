/** What a plan wants done after a failure. */
export const FAILURE_POLICIES = ["fail-fast", "best-effort", "retry"] as const;
export type FailurePolicy = (typeof FAILURE_POLICIES)[number];

/** What happens to a task whose writes nobody knows. */
export const UNSCOPED = ["exclusive", "worktree", "shared"] as const;
export const BARRIERS = ["none", "level"] as const;
/** From the strictest to none: the plan's policy may only move to the left of the user's setting. */
export const GUARDS = ["strict", "enforce", "warn", "off"] as const;
export const APPROVALS = ["tools", "scope"] as const;
export const REVIEWS = ["off", "end", "task"] as const;
export const COMMITS = ["none", "task", "end"] as const;
/** Where tasks that write work; `auto` becomes one of the others when a plan is made. */
export const ISOLATION_POLICIES = ["shared", "worktree", "auto"] as const;
export type IsolationPolicy = (typeof ISOLATION_POLICIES)[number];
/** Where the work of a plan's worktrees ends up. */
export const DELIVERIES = ["branch", "checkout"] as const;
/** Which tasks one agent does one after another. */
export const TOGETHER = ["small", "none"] as const;
/** What becomes of a question to the user by which an agent is blocked. */
export const QUESTIONS = ["ask", "later", "decide"] as const;
/** From the strictest to none, as `GUARDS`. */
export const VERIFICATIONS = ["run", "seen", "claimed"] as const;

/** The rules of a run. Times are milliseconds inside; the contract's minutes are converted at the boundary. */
export interface Policy {
  readonly maxParallel: number;
  /** How many agents of a role may run at once; a role that is not named has the cap. */
  readonly capacity: Readonly<Record<string, number>>;
  readonly leaseMs: number;
  readonly maxLeaseMs: number;
  readonly failure: FailurePolicy;
  readonly retries: number;
  readonly unscoped: (typeof UNSCOPED)[number];
  readonly barrier: (typeof BARRIERS)[number];
  readonly guard: (typeof GUARDS)[number];
  readonly approve: (typeof APPROVALS)[number];
  readonly review: (typeof REVIEWS)[number];
  readonly commit: (typeof COMMITS)[number];
  readonly isolation: IsolationPolicy;
  readonly deliver: (typeof DELIVERIES)[number];
  readonly verify: (typeof VERIFICATIONS)[number];
  /**
   * `ask`: the user is shown a form at once where the client has forms, else the task fails and waits for an answer;
   * `later`: always that; `decide`: as `ask`, and where nobody answers the agent decides by itself.
   */
  readonly questions: (typeof QUESTIONS)[number];
  /** Tokens of all agents of the plan, without cache reads, after which nothing more is launched; 0: no limit. */
  readonly maxTokens: number;
  /** What the plan may cost, its main conversation included, in the money of the price table; 0: no limit. */
  readonly maxCost: number;
  /** Answers of the model to all agents of the plan; 0: no limit. */
  readonly maxTurns: number;
  /** Milliseconds in which at least one agent of the plan was at work; 0: no limit. */
  readonly maxMs: number;
  /** The command that makes a worktree able to run the project; empty: none. */
  readonly setup: string;
  /** Command that must end with 0 before the plan's branch moves to a commit; empty: none. */
  readonly gate: string;
  /** Who is told that the plan needs somebody or has ended, as `notifyTargetOf` reads it; empty: only whom the user's own setting names. */
  readonly notify: string;
  /** What agents work on, by role, by size, or for `all`, as `modelChoiceFrom` reads it; in this order the first counts. */
  readonly models: Readonly<Record<string, string>>;
  /** Whether small tasks of one shape go to one agent, one after another. */
  readonly together: (typeof TOGETHER)[number];
  /** On what failed tasks are tried again: one step for each failed attempt; none: on the same. */
  readonly escalate: readonly string[];
}

export const DEFAULT_POLICY: Policy = {
  maxParallel: 5,
  capacity: {},
  leaseMs: 20 * 60_000,
  maxLeaseMs: 4 * 3_600_000,
  failure: "best-effort",
  retries: 1,
  unscoped: "exclusive",
  barrier: "none",
  guard: "enforce",
  approve: "tools",
  review: "end",
  commit: "none",
  isolation: "shared",
  deliver: "branch",
  verify: "claimed",
  questions: "ask",
  maxTokens: 0,
  maxCost: 0,
  maxTurns: 0,
  maxMs: 0,
  setup: "",
  gate: "",
  notify: "",
  together: "small",
  models: {},
  escalate: [],
};

/** An offer that no agent took up returns after this long. */
export const OFFER_MS = 120_000;
/** Lost attempts have a limit of their own: a crash is not the task's fault, but not for ever. */
export const MAX_LOST_ATTEMPTS = 3;
/** A `blocked` report sends the task back at most this often. */
export const MAX_TIMES_BLOCKED = 2;

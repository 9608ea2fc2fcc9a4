/** What was measured of one plan on one engine. Times are milliseconds, medians unless it says otherwise. */
export interface PlanTimes {
  readonly engine: string;
  readonly tasks: number;
  /** Of the breakdown that was imported, once, by a process of its own, and of the most memory that this had. */
  readonly fileMb: number;
  readonly importMs: number;
  readonly importMb: number;
  /** The narrow read, and the plan loaded. */
  readonly narrowMs: number;
  readonly loadMs: number;
  /** `task_claim` and `task_report`, and how long each held the lock. */
  readonly claimMs: number;
  readonly claimLockMs: number;
  readonly reportMs: number;
  readonly reportLockMs: number;
  /** A lease renewed: all of it holds the lock. */
  readonly renewMs: number;
}

/** Deliveries through a bare repository on the same machine. */
export interface DeliveryTimes {
  readonly engine: string;
  /** A report with its commit, until its agent is answered. */
  readonly reportMs: number;
  /** So many commits at once, until the remote has them. */
  readonly few: LandingTimes;
  readonly many: LandingTimes;
}

export interface LandingTimes {
  readonly commits: number;
  readonly ms: number;
  /** Part of it: the lock was held. */
  readonly lockMs: number;
}

export interface Measurement {
  /** Number of processors, Node.js, and the load when it began and ended. */
  readonly machine: string;
  readonly characters: number;
  readonly plans: readonly PlanTimes[];
  readonly deliveries: readonly DeliveryTimes[];
  /** On PostgreSQL: messages that a claim or a report sends while it holds the lock, and connections of one server. */
  readonly postgres?: {
    readonly tripsUnderLock: number;
    readonly connections: number;
    readonly connectionsWaiting: number;
  };
}

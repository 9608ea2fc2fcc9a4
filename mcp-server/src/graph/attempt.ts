import type { ChosenModel } from "./model/model-choice.ts";
import type { Scope } from "./scope/scope.ts";
import type { Isolation, TaskId } from "./task.ts";
import type { Unrecognised } from "./unrecognised.ts";
import type { Usage } from "./usage.ts";

/** Number of a claim, unique in the whole database; the first half of its token. */
export type AttemptId = number & { readonly brand: "AttemptId" };

/** The process that answers for a claim: when it is provably dead, its claims end at once. */
export interface Owner {
  /** Host name, on Linux with the process namespace, so that equal process ids are not mixed up. */
  readonly host: string;
  readonly pid: number;
  /** Start time of the process as the system tells it; a reused process id has another one. */
  readonly startedAt: string;
  /** The Claude Code session, where there is one. */
  readonly session?: string;
  /** The server of that process which made the claim; one process may have started several. */
  readonly server?: ServerProcess;
}

/** A server, on the host of the process that started it. */
export interface ServerProcess {
  readonly pid: number;
  readonly startedAt: string;
}

export const OUTCOMES = ["completed", "failed", "blocked", "lost", "cancelled", "unreported"] as const;
/** How an attempt ended. `unreported`: the agent stopped without a report; `lost`: it died or fell silent. */
export type Outcome = (typeof OUTCOMES)[number];

export const STANDINGS = ["run", "seen", "stale", "contradicted", "claimed"] as const;
/**
 * What a reported command is worth. `run`: the server ran it itself, with this exit code; `seen`: the host ran it, with this exit code, and no file of the task changed
 * afterwards; `stale`: one did; `contradicted`: it was seen to end otherwise; `claimed`: nobody saw it.
 */
export type EvidenceStanding = (typeof STANDINGS)[number];

/** One piece of evidence for an acceptance criterion (or for the task as a whole). */
export type Evidence = { readonly criterion?: string } & (
  | {
      readonly command: string;
      readonly exitCode: number;
      readonly result: string;
      /** Given by the server that took the report; absent in reports from before there were any. */
      readonly standing?: EvidenceStanding;
      /** What was seen, in a phrase, where the standing does not say it all. */
      readonly seen?: string;
      /** The server ran it, and the agent did not report it. */
      readonly added?: true;
    }
  | { readonly inspected: string }
  | { readonly notVerified: string }
);

export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something that an agent noticed and that somebody should know. */
export interface Finding {
  readonly severity: Severity;
  readonly text: string;
  readonly file?: string;
}

/** What a blocked agent needs before the task can go on. */
export type BlockedOn =
  | { readonly writes: readonly string[] }
  | { readonly tasks: readonly TaskId[] }
  | { readonly question: string };

export const REVIEW_VERDICTS = ["accepted", "rejected"] as const;
/** What a review comes to. Only a completed review has one: a reviewer that could not review says nothing. */
export type ReviewVerdict = (typeof REVIEW_VERDICTS)[number];

/** What an agent hands back about its task. */
export interface Report {
  readonly outcome: "completed" | "failed" | "blocked";
  /** Of a review, if it was completed. */
  readonly verdict?: ReviewVerdict;
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  readonly filesChanged: readonly string[];
  readonly findings: readonly Finding[];
  /** For the agents of dependent tasks. */
  readonly notes: readonly string[];
  readonly blockedOn?: BlockedOn;
}

/** What every claim carries, whatever became of it. Times are milliseconds since the epoch. */
interface ClaimBase {
  readonly id: AttemptId;
  readonly task: TaskId;
  readonly tokenHash: string;
  /** Agent type as the host knows it, e.g. `parallel:feature-implementer`. */
  readonly agentType: string;
  /** The role whose capacity the claim uses. */
  readonly role: string;
  readonly checkout: string;
  readonly scope: Scope;
  /** Paths outside the declared scope that the guard granted while the attempt ran. */
  readonly widened: readonly string[];
  readonly isolation: Isolation;
  /** On what its agent was to work; absent: everything was left to the host. */
  readonly chosenModel?: ChosenModel;
  readonly owner: Owner;
  readonly offeredAtMs: number;
  readonly unrecognised?: Unrecognised;
}

/** A claim that nobody has taken up yet: it holds scope and capacity but counts as no attempt. */
export interface Offer extends ClaimBase {
  readonly state: "offered";
  readonly expiresAtMs: number;
}

/** One execution of a task by one agent. */
interface AttemptBase extends ClaimBase {
  /** 1 for the first attempt at the task. */
  readonly number: number;
  readonly startedAtMs: number;
  readonly agentId?: string;
  /** Whether the agent was asked once for the report that it had not given. */
  readonly reminded: boolean;
  /** The tokens that its agent used for it, as far as they were measured; absent: they were not. */
  readonly usage?: Usage;
}

export interface RunningAttempt extends AttemptBase {
  readonly state: "running";
  readonly lastSeenMs: number;
  readonly leaseUntilMs: number;
}

export const DELIVERY_TARGETS = ["plan", "checkout"] as const;
/** Where a delivered commit goes: onto the plan's branch, or onto the branch that is checked out (policy `commit: task`). */
export type DeliveryTarget = (typeof DELIVERY_TARGETS)[number];

/** A commit that was accepted with a report, on its way to its targets. */
export interface AcceptedCommit {
  readonly commit: string;
  /** A commit that the work builds on; nothing of the work is on a target before it. */
  readonly base: string;
  /** At least one; all of them move at once, or none does. */
  readonly targets: readonly DeliveryTarget[];
  /** The clone of the repository that has the commit: `<machine>:<git's common folder>`. */
  readonly clone: string;
  /** The server that took the report: it delivers, or whoever finds it dead. */
  readonly by: Owner;
  /** Acceptance commands that the server is to run when nobody writes. */
  readonly runLater?: readonly string[];
}

/**
 * An attempt whose report brought a commit and was accepted. Its agent is done; what it did is not in place yet. It
 * holds its task and its scope, but no place under the cap and none of its role, and time does not end it.
 */
export interface DeliveringAttempt extends AttemptBase {
  readonly state: "delivering";
  readonly acceptedAtMs: number;
  readonly accepted: AcceptedCommit;
  /** Exactly one of report and last message is there, as in the attempt that it becomes. */
  readonly report?: Report;
  readonly lastMessage?: string;
}

export interface EndedAttempt extends AttemptBase {
  readonly state: "ended";
  /** When its report was accepted, where its work was delivered after that. */
  readonly acceptedAtMs?: number;
  readonly endedAtMs: number;
  readonly outcome: Outcome;
  readonly report?: Report;
  /** The last message of an agent that gave no structured report, kept as it was. */
  readonly lastMessage?: string;
  readonly cause?: string;
  /** The scope stays held until then because the agent may still be writing; absent: it is free. */
  readonly drainsUntilMs?: number;
}

/** An offer that ended without being taken up. */
export interface ReturnedOffer extends ClaimBase {
  readonly state: "returned";
  readonly endedAtMs: number;
  readonly cause: string;
}

/**
 * A claim in a state that only a newer version knows. It looks like a live one: it holds its scope and its place under
 * the cap, and nobody else may take its task. Only the version that wrote the state ends it.
 */
export interface UnrecognisedClaim extends ClaimBase {
  readonly state: "unrecognised";
  readonly agentId?: string;
}

export type Claim = Offer | RunningAttempt | DeliveringAttempt | UnrecognisedClaim;
export type Attempt = RunningAttempt | DeliveringAttempt | EndedAttempt;
export type AnyClaim = Claim | ReturnedOffer | EndedAttempt;

/** Whether the claim holds its task and its scope. */
export function isLive(claim: AnyClaim): claim is Claim {
  return claim.state !== "returned" && claim.state !== "ended";
}

/** Whether the claim holds a place under the cap and one of its role: somebody is at work, or may be at any moment. */
export function takesPlace(claim: AnyClaim): boolean {
  return isLive(claim) && claim.state !== "delivering";
}

/** Whether it is an attempt: a claim that was taken up. */
export function isAttempt(claim: AnyClaim): claim is Attempt {
  return claim.state === "running" || claim.state === "delivering" || claim.state === "ended";
}

/** Until when the agent of an attempt was at work: its report was accepted then, or it ended otherwise; undefined: it is. */
export function workedUntilMs(attempt: Attempt): number | undefined {
  if (attempt.state === "running") return undefined;
  return attempt.state === "delivering" ? attempt.acceptedAtMs : (attempt.acceptedAtMs ?? attempt.endedAtMs);
}

/** Whether an ended attempt still holds its scope. */
export function isDraining(claim: AnyClaim, nowMs: number): boolean {
  return claim.state === "ended" && claim.drainsUntilMs !== undefined && claim.drainsUntilMs > nowMs;
}

/** Whether the claim holds its scope: it is live, or not yet drained. */
export function holdsScope(claim: AnyClaim): boolean {
  return isLive(claim) || (claim.state === "ended" && claim.drainsUntilMs !== undefined);
}

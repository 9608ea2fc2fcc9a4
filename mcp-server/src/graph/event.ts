import type { AcceptedCommit, AttemptId, Outcome, Owner, Report } from "./attempt.ts";
import type {
  AtWork,
  ChangedFile,
  CheckoutChanged,
  ContentId,
  GitMoved,
  HeldFilesChanged,
} from "./effect.ts";
import type { ChosenModel } from "./model/model-choice.ts";
import type { PlanSource, PlanStatus, Throttle } from "./plan.ts";
import type { Scope } from "./scope/scope.ts";
import type {
  Isolation,
  PlanSlug,
  TaskCause,
  TaskDefinition,
  TaskId,
  TaskRedefinition,
  TaskStatus,
} from "./task.ts";
import type { ConversationUsage, Usage } from "./usage.ts";

/**
 * Every change of the graph is one or more of these; the tables are nothing but their projection, so the
 * log alone can rebuild them. A type's meaning never changes: a new meaning is a new type or a new `v`.
 *
 * Servers of several versions write one log. A server keeps what it does not know and leaves it out of what it makes
 * of the log (`UnrecognisedChange`); for it the tables are the truth. Servers before 1.5 do not look at `v`: a new `v`
 * still has the fields of the one before, with their meaning, and only adds to them.
 */
export type Change =
  | {
      readonly type: "plan.created";
      readonly repository: string;
      readonly slug: PlanSlug;
      readonly title: string;
      readonly source: PlanSource;
      /** Policy as the plan states it; defaults and settings are applied when it is read. */
      readonly policy: Readonly<Record<string, unknown>>;
      /** More of it, that servers before 1.5 do not know. */
      readonly addedPolicy?: Readonly<Record<string, unknown>>;
      /** The breakdown's own top-level keys, for a faithful export. */
      readonly document: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: "plan.updated";
      readonly title?: string;
      readonly source?: PlanSource;
      readonly policy?: Readonly<Record<string, unknown>>;
      readonly addedPolicy?: Readonly<Record<string, unknown>>;
      readonly document?: Readonly<Record<string, unknown>>;
    }
  | { readonly type: "plan.status"; readonly status: PlanStatus; readonly cause?: string }
  | { readonly type: "plan.throttled"; readonly throttle: Throttle }
  | {
      readonly type: "task.created";
      readonly task: TaskId;
      readonly definition: TaskDefinition;
      readonly position: number;
    }
  /**
   * The definition as a whole, because an update by parts would have to be read back to be understood: where it keeps its
   * description, that is put in when it is logged.
   */
  | { readonly type: "task.defined"; readonly task: TaskId; readonly definition: TaskRedefinition }
  | {
      readonly type: "task.status";
      readonly task: TaskId;
      readonly status: TaskStatus;
      readonly cause?: TaskCause;
    }
  | {
      readonly type: "task.annotated";
      readonly task: TaskId;
      readonly note?: string;
      readonly owner?: string;
      readonly metadata?: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: "claim.offered";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly tokenHash: string;
      readonly agentType: string;
      readonly role: string;
      readonly checkout: string;
      readonly scope: Scope;
      readonly isolation: Isolation;
      readonly owner: Owner;
      readonly expiresAtMs: number;
      readonly chosenModel?: ChosenModel;
      /** How long the attempt was expected to take. */
      readonly estimateMs?: number;
      /** How many tokens it was expected to use, without what is read from a cache. */
      readonly estimateTokens?: number;
      /** What it was expected to cost, in the money of the price table of that time. */
      readonly estimateCost?: number;
    }
  | {
      readonly type: "claim.returned";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly cause: string;
    }
  | {
      readonly type: "attempt.started";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly number: number;
      readonly agentId?: string;
      readonly leaseUntilMs: number;
    }
  | {
      readonly type: "attempt.bound";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly agentId: string;
    }
  | {
      readonly type: "attempt.widened";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly path: string;
    }
  | { readonly type: "attempt.reminded"; readonly task: TaskId; readonly attempt: AttemptId }
  | {
      readonly type: "attempt.ended";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly outcome: Outcome;
      readonly report?: Report;
      readonly lastMessage?: string;
      readonly cause?: string;
      readonly drainsUntilMs?: number;
      /** The model's provider refused the agent: the attempt counts against no limit. */
      readonly throttled?: true;
      /** Its session or its script was ended, or its plan had nothing more to spend: the task had no part in it, and the attempt counts against no limit. */
      readonly interrupted?: true;
    }
  /** Its report brought a commit and was accepted: the attempt is delivering until it ends. */
  | ({
      readonly type: "delivery.accepted";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly report?: Report;
      readonly lastMessage?: string;
    } & AcceptedCommit)
  /** The targets had the commit already: whoever brought it there ended before it could say so. */
  | {
      readonly type: "delivery.found";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly commit: string;
    }
  /** The commit could not be brought to its targets for now; it is tried again. */
  | {
      readonly type: "delivery.delayed";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly cause: string;
    }
  | {
      readonly type: "attempt.drained";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly how: string;
    }
  /** A sign of life of an attempt that was lost by silence, while nobody had taken what it held: it goes on. */
  | {
      readonly type: "attempt.revived";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly leaseUntilMs: number;
    }
  /** What the attempt's agent has used up to now, by its transcript. It may be measured again when that has grown. */
  | {
      readonly type: "attempt.measured";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly usage: Usage;
      /** How long the transcript was. */
      readonly bytes: number;
    }
  /** What a session's main conversation used up to now, by its transcript. */
  | ({ readonly type: "conversation.measured"; readonly session: string } & ConversationUsage)
  /** Kept as evidence: a report or an update that a dead or foreign token tried. */
  | {
      readonly type: "token.refused";
      readonly task: TaskId;
      readonly attempt?: AttemptId;
      readonly why: string;
      readonly tried: unknown;
    }
  /** How many agents of which claims one message launched, as PostToolBatch saw it. */
  | {
      readonly type: "batch.launched";
      readonly session: string;
      readonly inOneMessage: number;
      readonly attempts: readonly AttemptId[];
      readonly leftOut: readonly AttemptId[];
    }
  | {
      readonly type: "write.denied";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly path: string;
      readonly heldBy: string;
      /** The git command that was refused, e.g. `git stash`: it concerns the checkout, not one path. */
      readonly command?: string;
      /** Under `guard: warn` the agent was told, and nothing was prevented. */
      readonly warned?: boolean;
    }
  /** How earlier servers told what `files.changed` tells of a whole checkout; it is only read. */
  | {
      readonly type: "checkout.observed";
      readonly sinceMs: number;
      readonly untilMs: number;
      readonly atWork: readonly AtWork[];
      /** With the attempts at work whose scope covers the file. */
      readonly files: readonly (ChangedFile & { readonly inScopeOf: readonly AttemptId[] })[];
      /** Changed files beyond those that are listed; absent: none. */
      readonly unlisted?: number;
    }
  /**
   * The checkout could not be looked at. What these attempts wrote cannot be told any more; without attempts, the
   * next look that succeeds may still tell it.
   */
  | { readonly type: "checkout.unmeasured"; readonly atWork: readonly AtWork[]; readonly why: string }
  /**
   * Files have other bytes than before. Of files that claims hold, with the tool calls that may have written them: in the
   * log of every plan that has a holder of one of them, or an attempt with such a call. Of a whole checkout: in the log
   * of every plan that had an attempt at work, also if nothing changed where one of them has ended.
   */
  | ({ readonly type: "files.changed" } & (HeldFilesChanged | CheckoutChanged))
  /** Somebody puts an older version back into a file that the attempt held. Told before it is done. */
  | {
      readonly type: "file.restored";
      readonly path: string;
      readonly holder: AttemptId;
      readonly before: ContentId;
      readonly after: ContentId;
    }
  /**
   * HEAD, branches, tags, stash or index are other than before, and whoever moved them was not entitled to. It is in the
   * log of every plan with a live claim in the checkout.
   */
  | ({ readonly type: "git.moved" } & GitMoved)
  /** Where a report and the checkout differ, and what the agent was told of it. */
  | {
      readonly type: "attempt.compared";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      /** Files that the report names and that did not change while the task was worked on. */
      readonly unchanged: readonly string[];
      readonly note: string;
    }
  /** A report was not taken because what was seen contradicts it, or lacks what the plan wants seen; the agent was told why, and may report again. */
  | {
      readonly type: "report.returned";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly why: string;
    }
  /** Files in the scope of a task were changed by others; the note is for the agent that works on it next. */
  | {
      readonly type: "scope.touched";
      readonly task: TaskId;
      readonly paths: readonly string[];
      readonly by: readonly string[];
      readonly note: string;
      /** Bytes that the task had written may be lost: no report is taken before its agent has read this. */
      readonly beforeReport?: true;
    }
  /** What differed from the last commit in the shared checkout when the task was offered: not the task's doing. */
  | {
      readonly type: "checkout.seen";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly changed: readonly string[];
    }
  /** The attempt works in a worktree that was cut from `base`. */
  | {
      readonly type: "worktree.cut";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly path: string;
      readonly branch: string;
      readonly base: string;
      /** The commit whose merge was begun in it, for a task that solves a conflict. */
      readonly merging?: string;
      /** How many milliseconds it took to make it, set-up included; absent: an earlier server did not measure. */
      readonly tookMs?: number;
      /** Loopback port that the worktree has for itself; absent: an earlier server gave none. */
      readonly port?: number;
    }
  /** Where the plan's tasks that write work from now on, as its policy says too, and why, in words for the user. */
  | { readonly type: "isolation.decided"; readonly isolation: Isolation; readonly reason: string }
  /** The folder is gone; all that was in it is on the plan's branch. */
  | { readonly type: "worktree.removed"; readonly task: TaskId; readonly attempt: AttemptId }
  /** What an attempt did, as a commit. Whether it is merged is another event. */
  | {
      readonly type: "work.committed";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly commit: string;
      readonly files: readonly string[];
      /** Files of the task that somebody had changed before it, or only others changed: they are not in the commit. */
      readonly leftOut: readonly string[];
      /** Those of the files left out that only others were seen to change; absent: none. */
      readonly byOthers?: readonly string[];
    }
  /** The plan's branch holds the commit; it stood at `head` then. */
  | {
      readonly type: "work.merged";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly commit: string;
      readonly head: string;
    }
  /** The commit does not go together with the plan's branch; another task merges it. */
  | {
      readonly type: "work.conflicted";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      readonly commit: string;
      readonly head: string;
      /** Those in conflict; of work that is red at the gate, those that either side has changed. */
      readonly files: readonly string[];
      readonly mergeTask: TaskId;
      /** Git merges it, and the gate is red then: the last run that showed it. Absent: git does not merge it. */
      readonly gateRun?: number;
      /** The tasks whose merged work the commit does not know; absent: git does not merge it. */
      readonly sides?: readonly TaskId[];
    }
  /**
   * The plan's gate is run on a commit. Until it ends, or its owner is dead, or its lease is over, no other gate of the
   * plan is run.
   */
  | {
      readonly type: "gate.started";
      /** From 1 on, in the plan. */
      readonly run: number;
      readonly command: string;
      readonly commit: string;
      /** What is tested beside what the plan's branch holds; none: the branch itself. */
      readonly merges: readonly AttemptId[];
      /** One of the words of `GateReason`. */
      readonly reason: string;
      readonly owner: Owner;
      readonly leaseUntilMs: number;
    }
  | {
      readonly type: "gate.ended";
      readonly run: number;
      /** `none`: it was not run to its end, so it says nothing of the commit. */
      readonly verdict: "green" | "red" | "none";
      /** How long the command ran; absent where it did not. */
      readonly durationMs?: number;
      readonly exitCode?: number;
      /** The end of what a red one printed. */
      readonly output?: string;
      /** Why it says nothing, or red without an exit code, in a phrase. */
      readonly why?: string;
    }
  /** From now on code in the host starts the plan's agents, until that ends; others may start some as well. */
  | {
      readonly type: "engine.started";
      /** From 1 on, in the plan. */
      readonly run: number;
      readonly engine: string;
      readonly owner: Owner;
      /** Others may execute the plan beside it; absent: it is the only one. */
      readonly isOneOfSeveral?: true;
    }
  /** Whoever ends the run is the one who tells of its end. */
  | { readonly type: "engine.ended"; readonly run: number; readonly how: EngineEnd }
  /** Red on top of what is green: the others are tested without it, and then it is tested alone. */
  | {
      readonly type: "gate.suspected";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      /** The green commit, and the red one. */
      readonly on: string;
      readonly commit: string;
    }
  /**
   * The work that the plan's branch holds up to `commit` is in a checkout: as uncommitted changes on top of its commit
   * `onto`, after which its files are those of `tree`; or as a merge, after which `onto` is its commit.
   */
  | {
      readonly type: "work.delivered";
      /** One of a kind, so that a delivery that was interrupted knows whether it was logged. */
      readonly delivery: string;
      readonly how: "changes" | "merge";
      readonly checkout: string;
      readonly commit: string;
      readonly onto: string;
      readonly tree: string;
      readonly files: readonly string[];
    }
  /** It is not, because of these files or for this reason, and nothing was touched. */
  | {
      readonly type: "delivery.refused";
      readonly checkout: string;
      readonly commit: string;
      readonly reason: string;
      readonly files: readonly string[];
    }
  /** Work of the plan that was not committed although the policy wants it. */
  | { readonly type: "commit.skipped"; readonly reason: string }
  /** A session was given the plan's report; what has ended since is not in it. */
  | { readonly type: "plan.reported"; readonly session: string }
  /** What follows from a failure or a verdict, by the policy; one of the words of `batch_collect`. */
  | {
      readonly type: "decision.taken";
      readonly decision: string;
      readonly reason: string;
      /** The policy's `maxTokens` that was reached, where that is what it is about. */
      readonly maxTokens?: number;
      /** The same of another limit, by the setting's name and value. */
      readonly limit?: { readonly limit: string; readonly max: number };
    }
  /** The agent was asked to report what it has: a limit of its task is reached with its next turn. */
  | {
      readonly type: "task.limited";
      readonly task: TaskId;
      readonly attempt: AttemptId;
      /** The field's name and value. */
      readonly limit: string;
      readonly max: number;
      readonly reason: string;
    }
  /**
   * A server tells somebody something, once. Until that ends, or the server is dead, or its lease is over, no other server
   * tells it.
   */
  | {
      readonly type: "notification.started";
      /** What is told: the same name as long as it is the same. */
      readonly notice: string;
      /** Who is told, by a name that shows nothing of his address. */
      readonly to: string;
      /** One of the words of `NoticeEvent`. */
      readonly event: string;
      readonly owner: Owner;
      readonly leaseUntilMs: number;
    }
  | {
      readonly type: "notification.ended";
      readonly notice: string;
      readonly to: string;
      readonly sent: boolean;
      /** Why it was not told, in a phrase. */
      readonly why?: string;
    }
  /** Four fifths of a limit of the policy are spent. */
  | {
      readonly type: "limit.near";
      /** The setting's name and value. */
      readonly limit: string;
      readonly max: number;
      readonly reason: string;
    };

export type ChangeType = Change["type"];

/** `done`: nothing was left for it to do; `stopped`: the user wanted that; `lost`: it was not heard of any more. */
export type EngineEnd = "done" | "stopped" | "lost";

/** Who caused an event: a session's main conversation, an agent, a token's holder, or the server itself. */
export type Actor = string;

/** The newest version of each type's data that can be read here; the older ones can be read too. */
const VERSIONS: Readonly<Record<ChangeType, number>> = {
  "plan.created": 1,
  "plan.updated": 1,
  "plan.status": 1,
  "plan.throttled": 1,
  "task.created": 1,
  "task.defined": 1,
  // Its cause is stored as a value too: see `TaskCause`.
  "task.status": 2,
  "task.annotated": 1,
  "claim.offered": 1,
  "claim.returned": 1,
  "attempt.started": 1,
  "attempt.bound": 1,
  "attempt.widened": 1,
  "attempt.reminded": 1,
  "attempt.ended": 1,
  "delivery.accepted": 1,
  "delivery.found": 1,
  "delivery.delayed": 1,
  "attempt.drained": 1,
  "attempt.revived": 1,
  "attempt.measured": 1,
  "conversation.measured": 1,
  "token.refused": 1,
  "batch.launched": 1,
  "write.denied": 1,
  "checkout.observed": 1,
  "checkout.unmeasured": 1,
  "files.changed": 1,
  "file.restored": 1,
  "git.moved": 1,
  "attempt.compared": 1,
  "report.returned": 1,
  "scope.touched": 1,
  "checkout.seen": 1,
  "worktree.cut": 1,
  "worktree.removed": 1,
  "work.committed": 1,
  "work.merged": 1,
  "work.conflicted": 1,
  "isolation.decided": 1,
  "engine.started": 1,
  "engine.ended": 1,
  "gate.started": 1,
  "gate.ended": 1,
  "gate.suspected": 1,
  "work.delivered": 1,
  "delivery.refused": 1,
  "commit.skipped": 1,
  "plan.reported": 1,
  "decision.taken": 1,
  "limit.near": 1,
  "notification.started": 1,
  "notification.ended": 1,
  "task.limited": 1,
};

/** Whether an event of that type and version can be read here. */
export function isReadable(type: string, v: number): type is ChangeType {
  return Object.hasOwn(VERSIONS, type) && v <= VERSIONS[type as ChangeType];
}

/** A change of a type, or of a version of its type, that only a newer version of this program knows. */
export interface UnrecognisedChange {
  readonly type: "unrecognised";
  readonly storedType: string;
}

/** One line of the log. `seq` grows by commit order; `v` is the version of the type's data. */
export interface GraphEvent {
  readonly seq: number;
  readonly atMs: number;
  readonly v: number;
  readonly actor: Actor;
  readonly change: Change | UnrecognisedChange;
}

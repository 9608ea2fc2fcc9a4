import { type AttemptId, holdsScope, type Owner } from "../../graph/attempt.ts";
import type { AttributedEffect, CallId, GitMoved, HeldFilesChanged } from "../../graph/effect.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { attribute } from "../../policy/effects/attribute.ts";
import {
  type CallRecord,
  type CallSignal,
  CallsInFlight,
  namedCall,
} from "../../policy/effects/calls-in-flight.ts";
import { judgeGitMoves, type SeenGitMove } from "../../policy/effects/judge-git-moves.ts";
import { widenedScope } from "../../policy/exclusivity.ts";
import { standstillBetween } from "../../policy/liveness/standstill.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import type { GitWatch } from "./git-watch.ts";
import type { HeldChange, HeldFiles, HeldScope } from "./held-files.ts";
import type { KeptFiles } from "./kept-files.ts";
import type { LastLook } from "./look/last-look.ts";
import type { OutlivedLook, OutlivedProcesses } from "./look/outlived-processes.ts";
import type { SharedCalls } from "./shared-calls.ts";
import type { Undo } from "./undo.ts";

/** One look lists at most this many files; of the rest only the number is known. */
const MAX_LISTED = 500;
/** So many changed files of one attempt's scope are listed by one server. */
const MAX_LISTED_OF_ATTEMPT = 5_000;
/** Calls that ended so long ago are not named any more, whatever they left running, in milliseconds. */
const FORGET_AFTER_MS = 6 * 3_600_000;
/** So long after a standstill what the host let go meanwhile has been heard of, in milliseconds. */
const HEARD_LATE_MS = 5_000;
/** A call that nobody heard begin has ended after this time, the longest that the host lets a command run, in milliseconds. */
const MAX_CALL_MS = 600_000;
/** The least by which two stamps of this process differ, in milliseconds. */
const STAMP_STEP_MS = 0.001;

/** A signal that is stamped when it is heard. */
type WithoutTime<Signal> = Signal extends CallSignal ? Omit<Signal, "atMs"> : never;
export type HeardSignal = WithoutTime<CallSignal>;

/** What a call left running, under the host's name for it. */
export interface BackgroundWork {
  readonly session: string;
  readonly work: string;
}

interface Parts {
  readonly heldFiles: HeldFiles;
  /** Absent: outside git. */
  readonly git?: GitWatch;
  readonly kept: KeptFiles;
  readonly shared: SharedCalls;
  readonly lastLook: LastLook;
  readonly outlived: OutlivedProcesses;
  /** Absent: nothing is undone. */
  readonly undo?: Undo;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly isDead: (owner: Owner) => Promise<boolean>;
  /** Whether `beat` is called every second from now on. */
  readonly beats: boolean;
}

/**
 * Who changes what claims hold, as this process sees it: a look at the held files whenever a call begins or ends, so
 * that between two looks the same calls were in flight.
 */
export class EffectWatch {
  readonly #calls = new CallsInFlight();
  /** Of every claim that was held once: what changed before its end is found after it. */
  readonly #plans = new Map<AttemptId, PlanSlug>();
  #gitMoved: GitMoved[] = [];
  #begun: Promise<void> | undefined;
  /** When it was last seen that this process runs; undefined: nobody looks every second. */
  #beatMs: number | undefined;
  readonly #listed = new Map<AttemptId, number>();
  /** When the last look began: what it had passed may have changed while it went on. */
  #lookedMs = Number.NEGATIVE_INFINITY;
  #stampMs = Number.NEGATIVE_INFINITY;
  #clockWasSetBack = false;

  constructor(private readonly parts: Parts) {
    if (parts.beats) this.#beatMs = parts.now();
  }

  /**
   * To be called with each signal that the host gives of a call: of a beginning before the call may run, of all else
   * after it happened.
   * @param held all claims of this checkout.
   * @returns what has changed in what they hold since the last signal; undefined: nothing.
   */
  async hear(signal: HeardSignal, held: readonly HeldClaim[]): Promise<HeldFilesChanged | undefined> {
    this.#begun ??= this.#begin(held);
    await this.#begun;
    this.#noteStandstill();
    if (signal.kind === "began") {
      const seen = this.#look(held);
      this.#tell(signal);
      return this.#attributed(seen, held);
    }
    this.#tell(signal);
    return this.#attributed(this.#look(held), held);
  }

  /** What has moved in git, by whom that may not, since this was asked last. */
  takeGitMoves(): GitMoved[] {
    const moved = this.#gitMoved;
    this.#gitMoved = [];
    return moved;
  }

  /** Whether the call has begun and its end was not heard. */
  isInFlight(call: CallId): boolean {
    return this.#calls.isInFlight(call);
  }

  /** What calls of a session have left running, of which nobody has said that it ended. */
  get openWork(): readonly BackgroundWork[] {
    return this.#calls.open.flatMap(({ work, caller: { session } }) =>
      work === undefined ? [] : [{ session, work }],
    );
  }

  /** What was left running has ended: it may have written until now, which the next look tells. */
  endWork(work: BackgroundWork): void {
    this.#tell({ kind: "work-ended", ...work });
  }

  /** The attempt whose agent made the call. */
  attemptOf(call: CallId): AttemptId | undefined {
    return this.#calls.callerOf(call)?.attempt;
  }

  /** To be called when this process ends in order. */
  close(): void {
    this.parts.shared.close();
  }

  /** How many bytes there are for `keepFirst` and `readFirst` to read; undefined: there is no file for them. */
  get unreadBytes(): number | undefined {
    return this.parts.heldFiles.unreadBytes;
  }

  /**
   * Reads and keeps what stood in the held files when their claims began.
   * @param isCommitted whether git has what stands in the file, so that it need not be kept.
   */
  async keepFirst(isCommitted: (path: string) => boolean): Promise<void> {
    await this.parts.heldFiles.readUnread(
      (path) => !isCommitted(path),
      (_path, holder, content) => {
        const plan = this.#plans.get(holder);
        if (plan !== undefined) this.parts.kept.keep(plan, content);
      },
    );
  }

  /** Reads what stood in the others, so that a change of them tells what it was. */
  async readFirst(): Promise<void> {
    await this.parts.heldFiles.readUnread(
      () => true,
      () => undefined,
    );
    this.parts.lastLook.noteRead(this.parts.heldFiles.seen, this.#lookedMs);
  }

  /** To be called every second while this process runs, so that a standstill is noticed. */
  beat(): void {
    this.#noteStandstill();
    this.parts.shared.beat(this.parts.now());
  }

  /** Calls that the host let go meanwhile are heard of late: what was read from the input has waited there. */
  #noteStandstill(): void {
    if (this.#beatMs === undefined) return;
    const fromMs = this.#beatMs;
    this.#beatMs = this.parts.now();
    if (standstillBetween(fromMs, this.#beatMs) === 0) return;
    this.#tell({ kind: "unheard", why: "stood-still", fromMs, untilMs: this.#beatMs + HEARD_LATE_MS });
  }

  /** The server before this one may have left calls in flight whose ends are heard here, and changes that nobody saw. */
  async #begin(held: readonly HeldClaim[]): Promise<void> {
    const { shared, lastLook, heldFiles, isDead } = this.parts;
    const told = shared.predecessorMs;
    const { look, predecessorMs: looked } = await lastLook.earlier(isDead);
    await this.#hearOthers(held);
    const isHeld = new Set(held.map(({ claim }) => claim.id));
    if (look) {
      heldFiles.goOnFrom({ ...look, scopes: look.scopes.filter(({ attempt }) => isHeld.has(attempt)) });
      this.#lookedMs = look.lookedMs;
    }
    if (told === undefined && looked === undefined) return;
    const fromMs = Math.max(told ?? 0, looked ?? 0);
    this.#tell({ kind: "unheard", why: "began-late", fromMs, untilMs: this.#stamp() + MAX_CALL_MS });
  }

  #hearOthers(held: readonly HeldClaim[]): Promise<string[]> {
    const atWork = held.flatMap(({ claim }) => (claim.state === "offered" ? [] : [claim.owner]));
    return this.parts.shared.hear(this.#calls, this.#stamp(), this.parts.isDead, atWork);
  }

  #tell(heard: HeardSignal): void {
    const signal = { ...heard, atMs: this.#stamp() } as CallSignal;
    this.#calls.apply(signal);
    this.parts.shared.tell(signal);
  }

  /** Nothing else is heard between its beginning and its end. */
  #look(held: readonly HeldClaim[]): Interval {
    const sinceMs = this.#lookedMs;
    this.#lookedMs = this.#stamp();
    for (const { plan, claim } of held) this.#plans.set(claim.id, plan);
    const { heldFiles, lastLook } = this.parts;
    const look = heldFiles.look(held.flatMap(scopeOf));
    const { changes, isIncomplete } = look;
    lastLook.note(look, () => heldFiles.seen, this.#lookedMs);
    const gitMoves = held.length === 0 ? [] : (this.parts.git?.look(heldFiles.repositories).moves ?? []);
    const clockWasSetBack = this.#clockWasSetBack;
    this.#clockWasSetBack = false;
    return { sinceMs, untilMs: this.#stamp(), changes, gitMoves, isIncomplete, clockWasSetBack };
  }

  async #attributed(
    { sinceMs, untilMs, changes, gitMoves, isIncomplete, clockWasSetBack }: Interval,
    held: readonly HeldClaim[],
  ): Promise<HeldFilesChanged | undefined> {
    if (changes.length + gitMoves.length === 0) return undefined;
    // Kept before anything is waited for: the next write may come at any time.
    const notKept = this.#keep(changes);
    const untold = await this.#hearOthers(held);
    const ran = this.#calls.between(sinceMs, untilMs);
    const reasons = [
      ...untold,
      ...this.#calls.doubtsBetween(sinceMs, untilMs),
      ...(clockWasSetBack ? ["the clock was set back"] : []),
    ];
    const outlived = await this.#outlived(changes, ran, reasons);
    const calls = [...ran, ...outlived.calls];
    const doubts = [...reasons, ...outlived.doubts];
    const span = { sinceMs: Math.floor(sinceMs), untilMs: Math.ceil(untilMs) };
    const judged = judgeGitMoves(gitMoves, calls, doubts);
    if (judged) this.#gitMoved.push({ ...span, ...judged });
    if (changes.length === 0) return undefined;
    const listed = changes.filter((change, index) => index < MAX_LISTED && this.#mayList(change));
    const unlisted = changes.length - listed.length;
    this.#calls.forget(sinceMs - FORGET_AFTER_MS);
    const seen: HeldFilesChanged = {
      ...span,
      calls: calls.map(namedCall),
      ...(doubts.length > 0 && { doubts }),
      files: listed.map(({ path, holder, before, after }): AttributedEffect => {
        const by = attribute({ path, holder, after: after.id }, calls, doubts);
        const why = notKept.get(path);
        return {
          ...{ path, holder, after: after.id, by: by.kind },
          ...(before !== undefined && { before }),
          ...(by.kind === "certain" && { call: by.call.id }),
          ...(why !== undefined && { notKept: why }),
        };
      }),
      ...(unlisted > 0 && { unlisted }),
      ...(isIncomplete && { isIncomplete }),
    };
    if (!this.parts.undo || outlived.isAnyLiving) return seen;
    const result = await this.parts.undo.undo(seen, {
      planOf: (holder) => this.#plans.get(holder),
      hearOthers: () => this.#hearOthers(held),
      callsUntil: (nowMs) => this.#calls.between(sinceMs, nowMs),
      stamp: () => this.#stamp(),
    });
    if (result !== seen) this.parts.lastLook.noteRead(this.parts.heldFiles.seen, this.#lookedMs);
    return result;
  }

  /** Only where a change would be certain: while nothing changed, or several calls ran, no process is looked for. */
  async #outlived(
    changes: readonly HeldChange[],
    ran: readonly CallRecord[],
    reasons: readonly string[],
  ): Promise<OutlivedLook> {
    const isClear = changes.some(({ path, holder, after }) => {
      const { kind } = attribute({ path, holder, after: after.id }, ran, reasons);
      return kind === "certain" || kind === "nobody";
    });
    if (!isClear) return { calls: [], doubts: [], isAnyLiving: false };
    const found = await this.parts.outlived.look(ran, this.parts.shared.hosts, this.#calls.all);
    // They run on, and what they were told to write was there before.
    return { ...found, calls: found.calls.map(({ wrote: _, ...call }) => ({ ...call, endedMs: undefined })) };
  }

  /** @returns by path, why a file's bytes were not kept. */
  #keep(changes: readonly HeldChange[]): ReadonlyMap<string, string> {
    const reasons = new Map<string, string>();
    for (const { path, holder, after } of changes) {
      const plan = this.#plans.get(holder);
      const why = plan === undefined ? undefined : this.parts.kept.keep(plan, after);
      if (why !== undefined) reasons.set(path, why);
    }
    return reasons;
  }

  #mayList({ holder }: HeldChange): boolean {
    const listed = this.#listed.get(holder) ?? 0;
    this.#listed.set(holder, listed + 1);
    return listed < MAX_LISTED_OF_ATTEMPT;
  }

  /** Later than every stamp before it, so that what this process heard has an order. */
  #stamp(): number {
    const nowMs = this.parts.now();
    if (nowMs < Math.floor(this.#stampMs)) this.#clockWasSetBack = true;
    this.#stampMs = Math.max(nowMs, this.#stampMs + STAMP_STEP_MS);
    return this.#stampMs;
  }
}

interface Interval {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly changes: readonly HeldChange[];
  readonly gitMoves: readonly SeenGitMove[];
  readonly isIncomplete: boolean;
  readonly clockWasSetBack: boolean;
}

/** What a claim holds in the shared checkout. */
function scopeOf({ claim }: HeldClaim): HeldScope[] {
  if (claim.isolation !== "shared" || !holdsScope(claim)) return [];
  return [{ attempt: claim.id, writes: widenedScope(claim).writes }];
}

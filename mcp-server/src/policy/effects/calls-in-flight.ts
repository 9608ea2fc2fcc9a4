import type { CallId, ContentId, NamedCall, ToolCaller } from "../../graph/effect.ts";

/**
 * What is heard of tool calls. Times are milliseconds since the epoch, may have fractions, and never fall in what one
 * process hears; `began` is stamped before the call may run, all else after it happened.
 */
export type CallSignal =
  | {
      readonly kind: "began";
      readonly call: CallId;
      readonly tool: string;
      readonly caller: ToolCaller;
      readonly atMs: number;
    }
  | {
      readonly kind: "ended";
      readonly call: CallId;
      readonly atMs: number;
      /** How long it ran, by the host: the wait at a prompt is not in it. */
      readonly durationMs?: number;
      /** What a file tool was told to write. */
      readonly wrote?: { readonly path: string; readonly content: ContentId };
    }
  /** The call never ran: it was refused at a prompt, or was invalid. */
  | { readonly kind: "refused"; readonly call: CallId; readonly atMs: number }
  /** The call was answered, and what it started runs on under this name until its end is announced. */
  | {
      readonly kind: "left-running";
      readonly call: CallId;
      readonly work: string;
      readonly atMs: number;
      readonly durationMs?: number;
    }
  | { readonly kind: "work-ended"; readonly session: string; readonly work: string; readonly atMs: number }
  /** An agent, or without one the turn of the main conversation, is over: none of its calls is in flight. */
  | {
      readonly kind: "caller-ended";
      readonly session: string;
      readonly agentId?: string;
      readonly atMs: number;
    }
  /** Calls that ran between these times may not have been heard of. */
  | {
      readonly kind: "unheard";
      readonly why: UnheardReason;
      readonly fromMs: number;
      readonly untilMs: number;
      readonly atMs: number;
    };

export const UNHEARD_REASONS = ["stood-still", "began-late", "session-ended", "not-told"] as const;
export type UnheardReason = (typeof UNHEARD_REASONS)[number];

/** Each as the reason why nothing is certain. */
const UNHEARD: Readonly<Record<UnheardReason, string>> = {
  "stood-still": "a server did not run for a while, and calls may have begun meanwhile",
  "began-late": "a server was started anew, and calls may run that began before",
  "session-ended": "a session ended while calls of it ran",
  "not-told": "calls of another session may not have been told",
};

/** A call with all that is known of it by now. */
export interface CallRecord {
  readonly id: CallId;
  readonly tool: string;
  readonly caller: ToolCaller;
  readonly beganMs: number;
  /** Before that it did not run: it was not yet asked for, or waited at a prompt. */
  readonly ranFromMs: number;
  /** Undefined: it is in flight, or what it left running is. */
  readonly endedMs: number | undefined;
  /** What it left running. */
  readonly work?: string;
  readonly wrote?: { readonly path: string; readonly content: ContentId };
}

/** So much earlier than its duration says a call may have run: it is the host's measure, with the host's clock. */
export const DURATION_SLACK_MS = 250;

/** The calls that are in flight, and those that have ended and may still be asked for. */
export class CallsInFlight {
  readonly #records = new Map<CallId, CallRecord>();
  #unheard: (CallSignal & { readonly kind: "unheard" })[] = [];

  /** The first end of a call counts. What is said of a call that never began changes nothing. */
  apply(signal: CallSignal): void {
    switch (signal.kind) {
      case "began":
        this.#begin(signal);
        break;
      case "ended":
        this.#update(signal.call, (record) => ({
          ...record,
          ranFromMs: this.#ranFrom(record, signal),
          endedMs: signal.atMs,
          ...(signal.wrote && { wrote: signal.wrote }),
        }));
        break;
      case "refused":
        if (this.#inFlight(signal.call)) this.#records.delete(signal.call);
        break;
      case "left-running":
        this.#update(signal.call, (record) => ({
          ...record,
          ranFromMs: this.#ranFrom(record, signal),
          work: signal.work,
        }));
        break;
      case "work-ended":
        this.#endAll(
          signal.atMs,
          ({ work, caller }) => work === signal.work && caller.session === signal.session,
        );
        break;
      case "caller-ended":
        this.#endAll(
          signal.atMs,
          ({ work, caller }) =>
            work === undefined && caller.session === signal.session && caller.agentId === signal.agentId,
        );
        break;
      case "unheard":
        this.#unheard.push(signal);
        break;
    }
  }

  /** All calls that may have run after the one time and before the other. */
  between(fromMs: number, toMs: number): CallRecord[] {
    return [...this.#records.values()].filter(
      ({ ranFromMs, endedMs }) => ranFromMs < toMs && (endedMs === undefined || endedMs > fromMs),
    );
  }

  /** Why calls that nobody heard of may have run between these times, each reason once. */
  doubtsBetween(fromMs: number, toMs: number): string[] {
    const doubtful = this.#unheard.filter((one) => one.fromMs < toMs && one.untilMs > fromMs);
    return [...new Set(doubtful.map(({ why }) => UNHEARD[why]))];
  }

  /** Whether the call has begun and its end was not heard; what an answered one left running does not count. */
  isInFlight(id: CallId): boolean {
    return this.#inFlight(id) !== undefined;
  }

  /** Who made the call, if it is remembered. */
  callerOf(id: CallId): ToolCaller | undefined {
    return this.#records.get(id)?.caller;
  }

  /** All that are not forgotten. */
  get all(): CallRecord[] {
    return [...this.#records.values()];
  }

  /** Calls that have not ended, and those that left something running that has not. */
  get open(): CallRecord[] {
    return [...this.#records.values()].filter(({ endedMs }) => endedMs === undefined);
  }

  /** What has to be heard to know of the calls that are open, and of those that nobody heard of. */
  get openSignals(): CallSignal[] {
    const calls = this.open.flatMap(({ id, tool, caller, beganMs, work }): CallSignal[] => [
      { kind: "began", call: id, tool, caller, atMs: beganMs },
      ...(work === undefined ? [] : [{ kind: "left-running" as const, call: id, work, atMs: beganMs }]),
    ]);
    return [...calls, ...this.#unheard];
  }

  /** The call and what it left running are gone, whatever was heard of them. */
  end(id: CallId, atMs: number): void {
    this.#endAll(atMs, (record) => record.id === id);
  }

  /** Forgets what ended before that time. */
  forget(beforeMs: number): void {
    for (const { id, endedMs } of this.#records.values()) {
      if (endedMs !== undefined && endedMs < beforeMs) this.#records.delete(id);
    }
    this.#unheard = this.#unheard.filter(({ untilMs }) => untilMs >= beforeMs);
  }

  #begin({ call, tool, caller, atMs }: CallSignal & { readonly kind: "began" }): void {
    if (this.#records.has(call)) return;
    this.#records.set(call, {
      ...{ id: call, tool, caller },
      ...{ beganMs: atMs, ranFromMs: atMs, endedMs: undefined },
    });
  }

  /** Only a call that is in flight itself: once answered, only the end of what it left running counts. */
  #inFlight(id: CallId): CallRecord | undefined {
    const record = this.#records.get(id);
    return record?.endedMs === undefined && record?.work === undefined ? record : undefined;
  }

  #update(id: CallId, change: (record: CallRecord) => CallRecord): void {
    const record = this.#inFlight(id);
    if (record) this.#records.set(id, change(record));
  }

  /** Of an end that was heard late the duration does not tell when the call began to run. */
  #ranFrom(
    { beganMs }: CallRecord,
    { atMs, durationMs }: { readonly atMs: number; readonly durationMs?: number },
  ): number {
    const isLate = this.#unheard.some(({ fromMs, untilMs }) => fromMs < atMs && untilMs >= atMs);
    if (durationMs === undefined || isLate) return beganMs;
    return Math.max(beganMs, atMs - durationMs - DURATION_SLACK_MS);
  }

  #endAll(atMs: number, isMeant: (record: CallRecord) => boolean): void {
    for (const record of this.open) {
      if (isMeant(record)) this.#records.set(record.id, { ...record, endedMs: atMs });
    }
  }
}

/** The call as an effect names it. */
export function namedCall({ id, tool, caller, ranFromMs, endedMs }: CallRecord): NamedCall {
  return {
    ...{ id, tool, caller },
    fromMs: Math.floor(ranFromMs),
    ...(endedMs !== undefined && { untilMs: Math.ceil(endedMs) }),
  };
}

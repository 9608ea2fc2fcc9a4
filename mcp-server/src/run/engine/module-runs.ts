import type { AttemptId } from "../../graph/attempt.ts";
import type { GraphClock } from "../../policy/liveness/graph-clock.ts";
import { stoodStillSince } from "../../policy/liveness/standstill.ts";

/** A launch that came to nothing is tried again after so long. */
const AGAIN_AFTER_MS = 2_000;
/** When so many launches of one offer came to nothing, the host starts no agents for the module. */
const MAX_REFUSALS = 15;
/** The module has always a call under way, or makes its next one at once: after so long without one it is gone. */
export const MAX_MODULE_SILENCE_MS = 20_000;
/** A module that said hello a moment ago takes a plan over at once. */
const HELLO_HOLDS_MS = 10_000;
/** What wakes the conversation comes by as a prompt so long after the conversation is free for it, or never. */
const MAX_WAKE_DELAY_MS = 5_000;

/** The module has nothing more to do for the plan. */
export interface ModuleRunOver {
  /** For whoever waits for the end. */
  readonly text: string;
  /** What the conversation is woken with; only one call ever gets it. */
  readonly wake?: string;
  readonly exitCode: number;
  /** The module goes on to keep the ends of the plan's agents from the conversation. */
  readonly keepsReports: boolean;
}

/** A plan whose agents the module launches. */
export class ModuleRun {
  readonly #handedOut = new Map<AttemptId, { refusals: number; untilMs: number }>();
  readonly #given = new Set<AttemptId>();
  /** Agents that the module was told to stop. */
  readonly toldToStop = new Set<string>();
  /** What the module is told of the end, until it says that it has heard it: the host may drop an answer with its worker. */
  end: { readonly stop: readonly string[]; readonly over: ModuleRunOver } | undefined;

  /**
   * @param run its number in the plan's log.
   * @param wakes whether its end is to wake the conversation; else somebody waits for it in a call.
   */
  constructor(
    readonly run: number,
    readonly wakes: boolean,
  ) {}

  /** Whether the module may be given the offer: it is not on its way to be launched. */
  mayHandOut(attempt: AttemptId, nowMs: number): boolean {
    return nowMs >= (this.#handedOut.get(attempt)?.untilMs ?? 0);
  }

  handedOut(attempt: AttemptId): void {
    this.#given.add(attempt);
    const { refusals = 0 } = this.#handedOut.get(attempt) ?? {};
    this.#handedOut.set(attempt, { refusals, untilMs: Number.POSITIVE_INFINITY });
  }

  /** Whether the module was given it to launch since it has had its memory. */
  wasGiven(attempt: AttemptId): boolean {
    return this.#given.has(attempt);
  }

  /** The host has not launched it. @returns whether it is tried again. */
  refused(attempt: AttemptId, nowMs: number): boolean {
    const refusals = (this.#handedOut.get(attempt)?.refusals ?? 0) + 1;
    this.#handedOut.set(attempt, { refusals, untilMs: nowMs + AGAIN_AFTER_MS });
    return refusals < MAX_REFUSALS;
  }

  /**
   * The module has lost its memory: what it was given may not have been launched or stopped, and is handed out again. How
   * agents end that it launched before says nothing of it: that may have happened while it was not there.
   */
  forgetHandedOut(): void {
    this.#handedOut.clear();
    this.#given.clear();
    this.toldToStop.clear();
  }
}

type Clock = Pick<GraphClock, "now" | "standstills">;

/**
 * What this server knows of the plugin's module in the host. The module is known by the key of its last hello and not by
 * the session, whose id changes with `/clear`.
 */
export class ModuleRuns {
  readonly #plans = new Map<string, ModuleRun>();
  readonly #lost = new Set<string>();
  /** What is to wake the conversation, by plan, and since when nothing keeps it from that. */
  readonly #wakes = new Map<string, { readonly text: string; freeMs: number | undefined }>();
  #key: string | undefined;
  #lastSeenMs = Number.NEGATIVE_INFINITY;
  #calls = 0;
  #untilHello = new AbortController();

  /** The module says that it is there, with an empty memory. */
  hello(key: string): void {
    this.#key = key;
    this.#untilHello.abort();
    this.#untilHello = new AbortController();
    for (const run of this.#plans.values()) run.forgetHandedOut();
  }

  isKey(key: string): boolean {
    return this.#key === key;
  }

  /** Aborted when the module says hello with an empty memory: what was asked before is answered to nobody. */
  get untilHello(): AbortSignal {
    return this.#untilHello.signal;
  }

  /** A call of the module is under way until the function is called that this returns. */
  callBegins(now: () => number): () => void {
    this.#calls += 1;
    return () => {
      this.#calls -= 1;
      this.#lastSeenMs = now();
    };
  }

  /** Whether the module was here a moment ago. */
  isHere(clock: Clock): boolean {
    return this.#silenceMs(clock) <= HELLO_HOLDS_MS;
  }

  isSilent(clock: Clock): boolean {
    return this.#silenceMs(clock) > MAX_MODULE_SILENCE_MS;
  }

  /** While this process stood still it could hear nothing. */
  #silenceMs({ now, standstills }: Clock): number {
    if (this.#calls > 0) return 0;
    return now() - this.#lastSeenMs - stoodStillSince(standstills, this.#lastSeenMs);
  }

  begin(plan: string, run: ModuleRun): void {
    this.end(plan);
    this.#plans.set(plan, run);
  }

  /** It does not run the plan any more, and does not get it back. */
  end(plan: string): void {
    this.#plans.delete(plan);
    this.#lost.delete(plan);
    this.#wakes.delete(plan);
  }

  /**
   * The module has heard how its run has ended, and wakes the conversation with it.
   * @param freeMs the time, unless the conversation has a turn: then what is to wake it waits for the end of that.
   */
  heard(plan: string, run: number, freeMs: number | undefined): void {
    const own = this.of(plan);
    if (!own?.end || own.run !== run) return;
    this.end(plan);
    const { wake } = own.end.over;
    if (wake !== undefined) this.#wakes.set(plan, { text: wake, freeMs });
  }

  /** The conversation's turn has ended: what waited for that may wake it. */
  turnEnds(nowMs: number): void {
    for (const wake of this.#wakes.values()) wake.freeMs ??= nowMs;
  }

  /** A prompt came in: the conversation hears what stands in it. */
  wokenBy(prompt: string): void {
    for (const [plan, { text }] of this.#wakes) if (prompt.includes(text)) this.#wakes.delete(plan);
  }

  /** The end of the plan's run that should have woken the conversation and did not: the host has dropped it. */
  takeLostWake(plan: string, nowMs: number): string | undefined {
    const wake = this.#wakes.get(plan);
    if (wake?.freeMs === undefined || nowMs - wake.freeMs <= MAX_WAKE_DELAY_MS) return undefined;
    this.#wakes.delete(plan);
    return wake.text;
  }

  /** The module fell silent while it ran the plan. */
  lost(plan: string): void {
    this.#plans.delete(plan);
    this.#lost.add(plan);
  }

  get lostPlans(): readonly string[] {
    return [...this.#lost];
  }

  hasLost(plan: string): boolean {
    return this.#lost.has(plan);
  }

  of(plan: string): ModuleRun | undefined {
    return this.#plans.get(plan);
  }

  get plans(): ReadonlyMap<string, ModuleRun> {
    return this.#plans;
  }
}

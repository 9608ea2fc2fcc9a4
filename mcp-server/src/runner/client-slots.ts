import type { AgentClient } from "../clients/agent-client.ts";
import type { RunnerClient } from "../graph/runner.ts";
import type { Isolation } from "../graph/task.ts";

/** A client, and how many of its agents run at once. */
export interface ClientShare {
  readonly client: AgentClient;
  readonly slots: number;
}

/** What of a task decides which client may do it. */
export interface WantedClient {
  /** Its name; absent: any. */
  readonly client: string | undefined;
  readonly isolation: Isolation;
  /** The report needs what a last message cannot say: a verdict, or how commands ended. */
  readonly needsTools: boolean;
}

/** So many agents of a client that came to nothing at once, one after another: it is not asked again. */
const MAX_FALSE_STARTS = 2;
/** A vendor that does not say when its limit ends is asked again after so long, in milliseconds. */
export const LIMIT_PAUSE_MS = 15 * 60_000;

/** Which client has room, and which one a task gets. */
export class ClientSlots {
  readonly #used = new Map<string, number>();
  readonly #falseStarts = new Map<string, number>();
  readonly #limitedUntil = new Map<string, number>();
  readonly #broken = new Map<string, string>();

  /** @param shares in the order in which they are preferred. */
  constructor(readonly shares: readonly ClientShare[]) {}

  /** As others are told of them. */
  get clients(): readonly RunnerClient[] {
    return this.shares.map(({ client, slots }) => ({ name: client.name, slots }));
  }

  /** How many agents could be started now. */
  free(nowMs: number): number {
    return this.shares.reduce((sum, share) => sum + (this.#canWork(share, nowMs) ? this.#left(share) : 0), 0);
  }

  /**
   * The client for a task: the one that it names, as long as that can work at all; else the first that may do it.
   * @returns `later` when those that may are busy or at their limit, `never` when there is none.
   */
  for(wanted: WantedClient, nowMs: number): AgentClient | "later" | "never" {
    const able = this.shares.filter(({ client }) => !this.#broken.has(client.name) && mayDo(client, wanted));
    const named = able.filter(({ client }) => client.name === wanted.client);
    const withinLimit = (shares: readonly ClientShare[]) => shares.filter((one) => this.#canWork(one, nowMs));
    // A client that is at its limit is stood in for, one that is only busy is waited for.
    const possible = withinLimit(named).length > 0 ? named : able;
    const free = withinLimit(possible).find((share) => this.#left(share) > 0);
    if (free) return free.client;
    return able.length > 0 ? "later" : "never";
  }

  take({ name }: AgentClient): void {
    this.#used.set(name, (this.#used.get(name) ?? 0) + 1);
  }

  giveBack({ name }: AgentClient): void {
    this.#used.set(name, Math.max(0, (this.#used.get(name) ?? 0) - 1));
  }

  /** An agent of it has worked. */
  worked({ name }: AgentClient): void {
    this.#falseStarts.delete(name);
  }

  /** An agent of it came to nothing before it began. @returns whether the client is given up with that. */
  falseStart({ name }: AgentClient, why: string): boolean {
    const times = (this.#falseStarts.get(name) ?? 0) + 1;
    this.#falseStarts.set(name, times);
    if (times >= MAX_FALSE_STARTS) this.#broken.set(name, why);
    return times >= MAX_FALSE_STARTS;
  }

  /** The vendor refuses more until then. */
  limited({ name }: AgentClient, untilMs: number): void {
    this.#limitedUntil.set(name, Math.max(untilMs, this.#limitedUntil.get(name) ?? 0));
  }

  /** When the first client can work again, if none can now for a limit; undefined: one can, or none ever. */
  limitEnds(nowMs: number): number | undefined {
    const able = this.shares.filter(({ client }) => !this.#broken.has(client.name));
    if (able.length === 0 || able.some((share) => this.#canWork(share, nowMs))) return undefined;
    return Math.min(...able.map(({ client }) => this.#limitedUntil.get(client.name) ?? nowMs));
  }

  /** When the next limit of a client ends; infinite: none is at one. */
  nextLimitEnd(nowMs: number): number {
    return Math.min(...[...this.#limitedUntil.values()].filter((untilMs) => untilMs > nowMs));
  }

  /** Why no client works any more; undefined: one does. */
  get allBroken(): string | undefined {
    const whys = this.shares.map(({ client }) => {
      const why = this.#broken.get(client.name);
      return why === undefined ? undefined : `${client.name}: ${why}`;
    });
    return whys.every((why) => why !== undefined) ? whys.join("; ") : undefined;
  }

  #canWork({ client }: ClientShare, nowMs: number): boolean {
    return !this.#broken.has(client.name) && (this.#limitedUntil.get(client.name) ?? 0) <= nowMs;
  }

  #left({ client, slots }: ClientShare): number {
    return Math.max(0, slots - (this.#used.get(client.name) ?? 0));
  }
}

/** Whether the client may do such a task at all. */
function mayDo({ hasHooks, callsTools }: AgentClient, { isolation, needsTools }: WantedClient): boolean {
  return (hasHooks || isolation === "worktree") && (callsTools || !needsTools);
}

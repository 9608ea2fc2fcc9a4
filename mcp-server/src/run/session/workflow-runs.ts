import { setTimeout as sleep } from "node:timers/promises";
import type { PlanSlug } from "../../graph/task.ts";

interface WorkflowRun {
  readonly plan: PlanSlug;
  /** Agents that claimed a task in it. */
  readonly agents: Set<string>;
  /** Kept when the script has all that it returns. */
  readonly reported: Deferred;
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

/** The last agent has reported, and needs one more turn of its model until it has ended. */
const LAST_WORDS_MS = 20_000;
/** The host announces the end of a script within this time after its last agent. */
const ANNOUNCED_MS = 600;

/** The runs of the host's script engine that this session has begun and that have not ended, by the host's id. */
export class WorkflowRuns {
  readonly #called = new Map<string, PlanSlug>();
  readonly #running = new Map<string, WorkflowRun>();
  /** Whether the user typed the command that runs a plan this way. */
  wanted = false;

  /** The model calls the script; it may be refused yet. */
  called(toolUseId: string, plan: PlanSlug): void {
    this.#called.set(toolUseId, plan);
  }

  /** @returns the plan that it runs; undefined for a script that is none of ours. */
  launched(toolUseId: string, id: string): PlanSlug | undefined {
    const plan = this.#called.get(toolUseId);
    this.#called.delete(toolUseId);
    if (plan !== undefined) this.#running.set(id, { plan, agents: new Set(), reported: deferred() });
    return plan;
  }

  /** @returns the host's id of the script that runs the plan, if one does. */
  idOf(plan: string): string | undefined {
    return [...this.#running].find(([, run]) => run.plan === plan)?.[0];
  }

  /** An agent of the script has claimed a task of the plan. */
  noteAgent(plan: string, agentId: string): void {
    this.#running.get(this.idOf(plan) ?? "")?.agents.add(agentId);
  }

  hasAgent(agentId: string): boolean {
    return [...this.#running.values()].some(({ agents }) => agents.has(agentId));
  }

  /** The script was given the report with which it ends. */
  reported(plan: string): void {
    this.#running.get(this.idOf(plan) ?? "")?.reported.resolve();
  }

  /**
   * Until the host is about to announce the end of the script that runs the plan, or it takes too long: whoever waits
   * in a call then hears of it with the call's answer, and need not be woken once more.
   */
  async handedOver(plan: string): Promise<void> {
    const run = this.#running.get(this.idOf(plan) ?? "");
    if (!run) return;
    await Promise.race([run.reported.promise, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    await sleep(ANNOUNCED_MS, undefined, { ref: false });
  }

  /** The script has ended, and its agents with it. @returns those that had claimed something. */
  ended(id: string): readonly string[] {
    const run = this.#running.get(id);
    this.#running.delete(id);
    return [...(run?.agents ?? [])];
  }

  /** @returns the host's ids of the scripts that run, as far as this session knows. */
  get ids(): readonly string[] {
    return [...this.#running.keys()];
  }
}

function deferred(): Deferred {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/**
 * How the main conversation waits for a script that runs its plan. Claude Code ends a headless session ten minutes
 * after its turn, whatever runs, so there the turn must not end yet.
 */
export function waitForWorkflow({ interactive }: { readonly interactive: boolean }, plan: string): string {
  return interactive
    ? "Say so in one line and end your turn: its result comes by itself."
    : `Call batch_collect {"plan":"${plan}","until":"all"}: it waits for the end.`;
}

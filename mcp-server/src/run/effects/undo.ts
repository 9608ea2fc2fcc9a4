import { type HeadFile, headFiles, isBlob } from "../../git/committed-versions.ts";
import type { AttemptId } from "../../graph/attempt.ts";
import { ABSENT, type AttributedEffect, type ContentId, type HeldFilesChanged } from "../../graph/effect.ts";
import type { PlanSlug } from "../../graph/task.ts";
import type { CallRecord } from "../../policy/effects/calls-in-flight.ts";
import { heldLooks } from "../../policy/effects/seen-changes.ts";
import { mayUndo } from "../../policy/effects/undo.ts";
import { guardedClaim, holdsFile } from "../../policy/may-write.ts";
import { type PlanView, readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import type { HeldFiles } from "./held-files.ts";
import type { KeptFiles } from "./kept-files.ts";
import { replaceFile } from "./replace-file.ts";

/** What the watch that has seen a change knows. Times are milliseconds since the epoch. */
export interface SeenFacts {
  readonly planOf: (holder: AttemptId) => PlanSlug | undefined;
  /** Takes in what other servers have told. @returns why some of it may be missing. */
  readonly hearOthers: () => Promise<readonly string[]>;
  /** All calls that may have run between the look before the change and that time. */
  readonly callsUntil: (nowMs: number) => readonly CallRecord[];
  readonly stamp: () => number;
}

/**
 * Puts back what one call of somebody else has certainly overwritten, where the holder's plan guards its files and what
 * stood there is in no commit. What is put aside is kept. Of whatever is not certain, nothing is undone.
 */
export class Undo {
  #nobodyMs = Number.NEGATIVE_INFINITY;
  /** By path, what a holder has written there last. */
  readonly #own = new Map<string, ContentId>();
  /** Files in which something stands that calls of others have written, and not the holder. */
  readonly #foreign = new Set<string>();
  /** By path, the versions that this process has seen there. */
  readonly #versions = new Map<string, Set<ContentId>>();

  constructor(
    private readonly run: RunContext,
    private readonly heldFiles: HeldFiles,
    private readonly kept: KeptFiles,
  ) {}

  /** @returns what was seen, with what was undone of it. */
  async undo(seen: HeldFilesChanged, facts: SeenFacts): Promise<HeldFilesChanged> {
    const own = seen.files.filter(
      ({ path, after }) => !this.#versions.get(path)?.has(after) && !this.#foreign.has(path),
    );
    this.#note(seen);
    const first = this.#factsNow(seen, facts);
    const hopeful = own.filter((file) => mayUndo(file, first));
    if (hopeful.length === 0) return seen;
    const guarded = await this.#guarded(hopeful, seen).catch(() => []);
    if (guarded.length === 0) return seen;
    const committed = await headFiles(
      this.run.checkout.root,
      guarded.map(({ path }) => path),
    );
    const untold = await facts.hearOthers();
    // From here on nothing is waited for, so that no call of this server begins meanwhile.
    if (untold.length > 0) return seen;
    const now = this.#factsNow(seen, facts);
    const undone = new Set(
      guarded.filter((file) => mayUndo(file, now) && this.#putBack(file, committed.get(file.path), facts)),
    );
    if (undone.size === 0) return seen;
    return {
      ...seen,
      untilMs: Math.ceil(facts.stamp()),
      files: seen.files.map((file) => (undone.has(file) ? { ...file, undone: true } : file)),
    };
  }

  #note({ files, calls, untilMs }: HeldFilesChanged): void {
    for (const { path, by, before, after, holder } of files) {
      const mayBeOwn = by === "uncertain" && calls.some(({ caller }) => caller.attempt === holder);
      if (by === "own" || by === "nobody" || mayBeOwn) this.#foreign.delete(path);
      else this.#foreign.add(path);
      const versions = this.#versions.get(path) ?? new Set();
      this.#versions.set(path, versions.add(after));
      if (before !== undefined && before !== ABSENT) versions.add(before);
      if (by === "nobody") this.#nobodyMs = untilMs;
      if (by === "own") this.#own.set(path, after);
    }
  }

  #factsNow({ doubts = [] }: HeldFilesChanged, { stamp, callsUntil }: SeenFacts) {
    const nowMs = stamp();
    return { calls: callsUntil(nowMs), doubts, nobodyMs: this.#nobodyMs, nowMs };
  }

  /**
   * Those that the guard keeps from others, in a plan whose guard refuses, where the holder's agent is known and is
   * another one than the caller. A version that the log knows was put back by somebody, and stays.
   */
  async #guarded(
    files: readonly AttributedEffect[],
    { calls, sinceMs }: HeldFilesChanged,
  ): Promise<AttributedEffect[]> {
    const { run } = this;
    const store = await run.graph();
    if (!store) return [];
    return readGraph(run, store, async (view) => {
      const guarded: AttributedEffect[] = [];
      for (const file of files) {
        const held = await view.reader.claimById(file.holder);
        const agent = held && "agentId" in held.claim ? held.claim.agentId : undefined;
        const caller = calls.find(({ id }) => id === file.call)?.caller;
        if (!held || agent === undefined || caller?.agentId === agent) continue;
        const plan = await view.planOf(held);
        if (plan?.policy.guard !== "enforce" && plan?.policy.guard !== "strict") continue;
        if (!holdsFile(guardedClaim(held.claim, run.caseInsensitive), file.path)) continue;
        if (!(await wasPutBack(plan, file, sinceMs))) guarded.push(file);
      }
      return guarded;
    });
  }

  /** @returns whether the file has again what stood in it. */
  #putBack(
    { path, holder, before, after }: AttributedEffect,
    committed: HeadFile | undefined,
    { planOf }: SeenFacts,
  ): boolean {
    const plan = planOf(holder);
    const bytes = plan !== undefined && before !== undefined ? this.kept.read(plan, before) : undefined;
    if (plan === undefined || before === undefined || !bytes) return false;
    if (committed && isBlob(committed, bytes) && this.#own.get(path) !== before) return false;
    const mode = committed?.mode;
    const replaced = replaceFile(this.run.checkout.root, {
      ...{ path, expected: after, bytes },
      ...(mode !== undefined && { mode }),
    });
    if (replaced.kind !== "replaced") return false;
    if (replaced.lost) this.kept.keep(plan, replaced.lost);
    this.heldFiles.accept(path, before);
    this.#foreign.delete(path);
    return true;
  }
}

/** Whether that version stood in the file before the look, or is told to be put back there. */
async function wasPutBack(
  plan: PlanView,
  { path, after }: AttributedEffect,
  sinceMs: number,
): Promise<boolean> {
  const events = await plan.reader.events(plan.id, { types: ["files.changed", "file.restored"] });
  const isVersion = (file: Pick<AttributedEffect, "path" | "before" | "after">) =>
    file.path === path && (file.after === after || (file.before === after && after !== ABSENT));
  if (events.some(({ change }) => change.type === "file.restored" && isVersion(change))) return true;
  // Another server may have told the change itself already.
  return heldLooks(events).some(({ untilMs, files }) => untilMs <= sinceMs && files.some(isVersion));
}

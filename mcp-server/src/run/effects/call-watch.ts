import { setTimeout as sleep } from "node:timers/promises";
import { type AttemptId, holdsScope } from "../../graph/attempt.ts";
import type { AttributedEffect, CallId, GitMoved, HeldFilesChanged } from "../../graph/effect.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseScope } from "../../graph/scope/scope.ts";
import { taskName } from "../../graph/task.ts";
import { EndedWork } from "../../host/transcripts/ended-work.ts";
import { suspectsOf } from "../../policy/effects/attribute.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { changeGraph, type GraphTransaction } from "../plan/plan-transaction.ts";
import type { RunContext } from "../project/run-context.ts";
import { committedFiles } from "./committed-files.ts";
import type { EffectWatch, HeardSignal } from "./effect-watch.ts";
import { logEffects } from "./log-effects.ts";
import { logGitMoves } from "./log-git-moves.ts";
import { watchOfCheckout } from "./watch-of-checkout.ts";

/** So many looks are kept while the graph cannot be written; the oldest are given up. */
const MAX_UNLOGGED = 1_000;
/** So long a call waits at most until what it may overwrite is kept, in milliseconds. */
const MAX_KEEPING_MS = 1_000;
/** So much is kept without asking git what it has of it: reading is faster than starting git, and a call waits. In bytes. */
const MAX_KEPT_UNASKED = 1024 * 1024;

/** A signal of a call, or one that depends on who holds what in this checkout. */
export type Heard = HeardSignal | ((held: readonly HeldClaim[]) => HeardSignal);

/** The tool calls of one session, and what they do to files that claims of this checkout hold. */
export class CallWatch {
  #watch: EffectWatch | undefined;
  /** State of the graph in which these claims held. */
  #state = "";
  #held: readonly HeldClaim[] = [];
  /** The attempts whose files were read when they began. */
  #readFor = "";
  /** Every claim that was held once, as it was last seen. */
  readonly #claims = new Map<AttemptId, HeldClaim>();
  readonly #unlogged: HeldFilesChanged[] = [];
  readonly #unloggedMoves: GitMoved[] = [];
  /** Attempts whose agents may have to be told of a change. */
  readonly #news = new Set<AttemptId>();
  readonly #endedWork = new Map<string, EndedWork>();
  /** Under way: keeping what git does not have of these files. */
  #keeping: Promise<void> | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(private readonly run: RunContext) {}

  /**
   * Looks at what claims hold as a call begins or ends, and logs what changed. Where nobody holds anything it is only
   * looked whether the graph has changed.
   * @returns what was seen to change; undefined: nothing.
   */
  async hear(heard: Heard): Promise<HeldFilesChanged | undefined> {
    let store: GraphStore | undefined;
    try {
      store = await this.run.graph();
      if (!store) return undefined;
      await this.#readHeld(store);
    } catch {
      // Of a call that is not watched, what it changes would be taken for another's doing.
    }
    if (this.#watch) await this.#endWork(this.#watch);
    const seen = await this.hearAtOnce(heard);
    if (store) await this.#log(store);
    return seen;
  }

  /** The same without the graph: looks at what claims held when it last answered, and leaves the logging for later. */
  async hearAtOnce(heard: Heard): Promise<HeldFilesChanged | undefined> {
    const held = this.#held;
    if (held.length === 0 && !this.#watch) return undefined;
    this.#watch ??= watchOfCheckout(this.run);
    for (const one of held) this.#claims.set(one.claim.id, one);
    const signal = typeof heard === "function" ? heard(held) : heard;
    const changed = await this.#watch.hear(signal, held);
    this.#readFirst(held);
    const seen = changed && (await this.#withoutShared(changed));
    if (seen) this.#noteNews(seen);
    this.#unloggedMoves.push(...this.#watch.takeGitMoves());
    // What the call overwrites before it is kept could not be had back.
    if (signal.kind === "began" && this.#keeping) {
      await Promise.race([this.#keeping, sleep(MAX_KEEPING_MS, undefined, { ref: false })]);
    }
    return seen;
  }

  /** Whether anything has changed that may be news to the agent of this call, since that was asked for a call of it. */
  takeNews(call: CallId): boolean {
    const attempt = this.#watch?.attemptOf(call);
    return attempt !== undefined && this.#news.delete(attempt);
  }

  /** The task that the attempt is of, outside its plan. */
  nameOf(attempt: AttemptId): string | undefined {
    const held = this.#claims.get(attempt);
    return held && taskName(held.plan, held.claim.task);
  }

  /** Whether the call began, was watched, and has not ended. */
  isInFlight(call: CallId): boolean {
    return this.#watch?.isInFlight(call) ?? false;
  }

  /** Of what calls of the session left running, nothing but this goes on. */
  keepWork(session: string, running: readonly string[]): void {
    for (const work of this.#watch?.openWork ?? []) {
      if (work.session === session && !running.includes(work.work)) this.#watch?.endWork(work);
    }
  }

  /** To be called every second while this process runs. */
  beat(): void {
    this.#watch?.beat();
  }

  /** Waits until what stood in held files when their claims began is read. */
  async close(): Promise<void> {
    await this.#reading;
    this.#watch?.close();
  }

  /** No hook tells when something ended that an agent had left running; the transcript does. */
  async #endWork(watch: EffectWatch): Promise<void> {
    const open = watch.openWork;
    for (const session of new Set(open.map((work) => work.session))) {
      const ended = new Set(await (await this.#endedWorkOf(session))?.next());
      for (const work of open) if (work.session === session && ended.has(work.work)) watch.endWork(work);
    }
  }

  async #endedWorkOf(session: string): Promise<EndedWork | undefined> {
    const known = this.#endedWork.get(session);
    if (known) return known;
    const file = await this.run.transcripts.ofSession(session);
    if (file === undefined) return undefined;
    const work = new EndedWork(file);
    this.#endedWork.set(session, work);
    return work;
  }

  #noteNews(seen: HeldFilesChanged): void {
    this.#unlogged.push(seen);
    for (const file of seen.files) {
      if (file.by === "own") continue;
      this.#news.add(file.holder);
      for (const { caller } of suspectsOf(file, seen.calls)) {
        if (caller.attempt !== undefined) this.#news.add(caller.attempt);
      }
    }
  }

  /**
   * Leaves out what others changed in files that their holder was only granted, where git ignores them: agents share
   * logs and caches, and the guard lets them.
   */
  async #withoutShared(seen: HeldFilesChanged): Promise<HeldFilesChanged | undefined> {
    const granted = seen.files.filter((file) => file.by !== "own" && this.#isGranted(file));
    const ignored = await this.run.ignoredFiles.among(granted.map(({ path }) => path));
    const files = seen.files.filter((file) => !(granted.includes(file) && ignored.has(file.path)));
    return files.length === 0 && seen.unlisted === undefined ? undefined : { ...seen, files };
  }

  #isGranted({ path, holder }: AttributedEffect): boolean {
    const scope = this.#claims.get(holder)?.claim.scope;
    if (scope === undefined) return false;
    return !parseScope(scope, this.run.caseInsensitive).writes.some((glob) => matches(glob, path));
  }

  async #readHeld(store: GraphStore): Promise<void> {
    const state = await store.state();
    if (state === this.#state) return;
    const { checkoutKey } = this.run;
    const all = await store.read((reader) => reader.held(checkoutKey));
    this.#held = all.filter(({ claim }) => claim.isolation === "shared" && holdsScope(claim));
    this.#state = state;
  }

  /** What cannot be logged now is logged with the next signal: whoever calls does not wait for a database. */
  async #log(store: GraphStore): Promise<void> {
    const [...unlogged] = this.#unlogged;
    const [...moves] = this.#unloggedMoves;
    if (unlogged.length + moves.length === 0) return;
    const log = async (tx: GraphTransaction) => {
      for (const seen of unlogged) await logEffects(tx, seen);
      for (const moved of moves) await logGitMoves(tx, this.run.checkoutKey, moved);
    };
    try {
      await changeGraph(this.run, store, "server", log);
      this.#unlogged.splice(0, unlogged.length);
      this.#unloggedMoves.splice(0, moves.length);
    } catch {
      this.#unlogged.splice(0, Math.max(0, this.#unlogged.length - MAX_UNLOGGED));
      this.#unloggedMoves.splice(0, Math.max(0, this.#unloggedMoves.length - MAX_UNLOGGED));
    }
  }

  /** For the rest nobody waits: git has it, and a first version that was not read in time is told as not known. */
  #readFirst(held: readonly HeldClaim[]): void {
    const attempts = held.map(({ claim }) => claim.id).join();
    const watch = this.#watch;
    if (!watch || attempts === this.#readFor) return;
    this.#readFor = attempts;
    const bytes = watch.unreadBytes;
    if (bytes === undefined) return;
    const keep = async () =>
      watch.keepFirst(bytes <= MAX_KEPT_UNASKED ? () => false : await committedFiles(this.run.checkout.root));
    const keeping = keep()
      .catch(() => undefined)
      .finally(() => {
        if (this.#keeping === keeping) this.#keeping = undefined;
      });
    this.#keeping = keeping;
    const before = this.#reading;
    const read = async () => {
      await keeping;
      await watch.readFirst();
      await before;
    };
    this.#reading = read().catch(() => undefined);
  }
}

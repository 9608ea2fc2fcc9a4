import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { AttemptId, Owner } from "../../graph/attempt.ts";
import { type CallSignal, CallsInFlight, UNHEARD_REASONS } from "../../policy/effects/calls-in-flight.ts";
import { sameOwner } from "../project/owner.ts";

/** A longer file is begun anew, with the calls that are in flight. In bytes. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Stamps of two processes on one machine agree to so many milliseconds. */
const CLOCK_SLACK_MS = 50;
/** A server that runs touches its file every second; of one that has not for so long, calls may be missing. */
const MAX_SILENT_MS = 4_000;
const ENDING = ".jsonl";

/** Why the calls of other sessions may not be known whole. */
const UNREADABLE = "the calls of another session could not be read";
const UNHEARD = "the server of another session does not tell of its calls";
const UNTOLD = "calls could not be told to other sessions";

const base = { call: z.string(), atMs: z.number() };
const caller = z.object({
  session: z.string(),
  agentId: z.string().optional(),
  attempt: z
    .number()
    .transform((id) => id as AttemptId)
    .optional(),
  task: z.string().optional(),
});
/** What a newer server writes beyond these is left out. */
const signal = z.discriminatedUnion("kind", [
  z.object({ ...base, kind: z.literal("began"), tool: z.string(), caller }),
  z.object({
    ...base,
    kind: z.literal("ended"),
    durationMs: z.number().optional(),
    wrote: z.object({ path: z.string(), content: z.string() }).optional(),
  }),
  z.object({ ...base, kind: z.literal("refused") }),
  z.object({ ...base, kind: z.literal("left-running"), work: z.string(), durationMs: z.number().optional() }),
  z.object({ kind: z.literal("work-ended"), session: z.string(), work: z.string(), atMs: z.number() }),
  z.object({
    kind: z.literal("caller-ended"),
    session: z.string(),
    agentId: z.string().optional(),
    atMs: z.number(),
  }),
  z.object({
    kind: z.literal("unheard"),
    why: z.enum(UNHEARD_REASONS),
    fromMs: z.number(),
    untilMs: z.number(),
    atMs: z.number(),
  }),
]);
const head = z.object({
  /** Another one when the file is begun anew. */
  edition: z.string(),
  begunMs: z.number(),
  /** Whether calls that had ended by then were told once, or could not be, and are left out. */
  isContinued: z.boolean(),
  owner: z.object({ host: z.string(), pid: z.number(), startedAt: z.string() }),
});

/** How far another server's file was read. */
interface ReadFile {
  readonly edition: string;
  readonly readMs: number;
  readonly lines: number;
  /** Calls that it told of. */
  readonly calls: ReadonlySet<string>;
}

/**
 * What the servers of a checkout tell each other of the tool calls of their sessions: a file of lines for each, that only
 * its server appends to. No database stands in the way of a hook, and a server that is killed leaves what was in flight
 * for the next one of its session.
 */
export class SharedCalls {
  readonly #id = randomUUID();
  readonly #own = new CallsInFlight();
  readonly #files = new Map<string, ReadFile>();
  /** 0: the file is to be written whole. */
  #bytes = 0;
  readonly #hosts = new Set<number>();
  #isContinued = false;
  /** Whether something could not be told that is still to be told. */
  #isBehind = false;

  constructor(
    private readonly folder: string,
    private readonly owner: Owner,
  ) {
    this.#hosts.add(owner.pid);
  }

  /** Process ids of the hosts of all sessions that have told of calls, this one's among them. */
  get hosts(): ReadonlySet<number> {
    return this.#hosts;
  }

  /**
   * Tells the others; to be called before the call may run. Never throws: a call does not wait for a disk that is full.
   * What could not be told is told with the next signal, if it still holds then.
   */
  tell(news: CallSignal): void {
    this.#own.apply(news);
    this.#try(() => this.#write(news), news.atMs);
  }

  /**
   * To be called every second while this process runs: others see by it that what they do not hear of did not happen.
   * @param nowMs milliseconds since 1970.
   */
  beat(nowMs: number): void {
    if (this.#isBehind) this.#try(() => this.#writeWhole([], nowMs), nowMs);
    else if (this.#bytes > 0) this.#try(() => utimesSync(this.#path, nowMs / 1_000, nowMs / 1_000), nowMs);
  }

  #try(write: () => void, atMs: number): void {
    try {
      write();
      this.#isBehind = false;
    } catch {
      this.#bytes = 0;
      this.#isBehind = true;
      this.#isContinued = true;
      this.#own.forget(atMs);
      this.#markSilent();
    }
  }

  /** A disk that is full still takes another time for what is there. */
  #markSilent(): void {
    try {
      utimesSync(this.#path, 0, 0);
    } catch {
      // There is no file: whoever knows of this session misses it.
    }
  }

  #write(news: CallSignal): void {
    const line = lineOf(news);
    if (this.#bytes === 0 || this.#bytes + line.length > MAX_FILE_BYTES) {
      // What is open is told in any case.
      this.#writeWhole(news.kind === "began" || news.kind === "unheard" ? [] : [news], news.atMs);
      return;
    }
    appendFileSync(this.#path, line);
    this.#bytes += line.length;
  }

  #writeWhole(rest: readonly CallSignal[], begunMs: number): void {
    const { host, pid, startedAt } = this.owner;
    const isContinued = this.#isContinued;
    const head = { edition: randomUUID(), begunMs, isContinued, owner: { host, pid, startedAt } };
    const text = [head, ...this.#own.openSignals, ...rest].map(lineOf).join("");
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${this.#path}.new`, text, { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#bytes = text.length;
    this.#isContinued = true;
    this.#own.forget(begunMs);
  }

  /**
   * Takes in what other servers have told since the last time. Their stamps are taken as less exact than this process's
   * own: calls begin earlier and end later.
   * @param nowMs the stamp of calls whose end nobody told.
   * @param isDead whether the process that answers for a server is gone: then so are its calls.
   * @param atWork who answers for agents that are at work in this checkout.
   * @returns why there may be calls that are not known; none: all were heard.
   */
  async hear(
    calls: CallsInFlight,
    nowMs: number,
    isDead: (owner: Owner) => Promise<boolean>,
    atWork: readonly Owner[] = [],
  ): Promise<string[]> {
    const heard: CallSignal[] = [];
    const gone: string[] = [];
    const dead: { readonly calls: ReadonlySet<string>; readonly atMs: number }[] = [];
    const doubts = new Set<string>(this.#isBehind ? [UNTOLD] : []);
    const told: { readonly owner: Owner; readonly atMs: number }[] = [];
    for (const name of this.#otherFiles()) {
      const path = join(this.folder, name);
      const atMs = touchedAt(path);
      const lines = linesOf(path);
      const head = headOf(lines?.[0]);
      if (!lines || !head) {
        doubts.add(UNREADABLE);
        continue;
      }
      this.#hosts.add(head.owner.pid);
      gone.push(...this.#read(name, head, lines.slice(1), heard, nowMs));
      if (!(await isDead(head.owner))) {
        told.push({ owner: head.owner, atMs });
        continue;
      }
      dead.push({ calls: this.#files.get(name)?.calls ?? new Set(), atMs });
      this.#files.delete(name);
      rmSync(path, { force: true });
    }
    // What began with one server may have ended with the next one of the session.
    for (const one of heard.sort((a, b) => a.atMs - b.atMs)) calls.apply(one);
    for (const left of dead) {
      const open = calls.open.filter(({ id }) => left.calls.has(id));
      if (open.length === 0) continue;
      // When they ended is not known, nor what happened since.
      for (const { id } of open) calls.end(id, nowMs);
      calls.apply({ kind: "unheard", why: "session-ended", fromMs: left.atMs, untilMs: nowMs, atMs: nowMs });
    }
    for (const id of gone) calls.end(id, nowMs);
    if (await this.#isAnyUnheard(told, nowMs, isDead, atWork)) doubts.add(UNHEARD);
    return [...doubts];
  }

  /** When a server before this one of the same session told something last, in milliseconds; undefined: there was none. */
  get predecessorMs(): number | undefined {
    const times = this.#otherFiles().flatMap((name) => {
      const path = join(this.folder, name);
      const head = headOf(linesOf(path)?.[0]);
      return head && sameOwner(head.owner, this.owner) ? [touchedAt(path)] : [];
    });
    return times.length > 0 ? Math.max(...times) : undefined;
  }

  /** Whether a session at work, or one that has told of calls, does not tell of them now. Of several servers the newest counts. */
  async #isAnyUnheard(
    told: readonly { readonly owner: Owner; readonly atMs: number }[],
    nowMs: number,
    isDead: (owner: Owner) => Promise<boolean>,
    atWork: readonly Owner[],
  ): Promise<boolean> {
    const owners = [...told.map(({ owner }) => owner), ...atWork].filter(
      (owner, index, all) =>
        !sameOwner(owner, this.owner) && all.findIndex((one) => sameOwner(one, owner)) === index,
    );
    for (const owner of owners) {
      const isFresh = told.some((one) => sameOwner(one.owner, owner) && nowMs - one.atMs <= MAX_SILENT_MS);
      if (!isFresh && !(await isDead(owner))) return true;
    }
    return false;
  }

  /** To be called when this process ends in order. What is in flight is for the next server of the session to end. */
  close(): void {
    if (this.#own.open.length === 0) rmSync(this.#path, { force: true });
  }

  get #path(): string {
    return join(this.folder, `${this.#id}${ENDING}`);
  }

  #otherFiles(): string[] {
    try {
      const names = readdirSync(this.folder);
      return names.filter((name) => name.endsWith(ENDING) && name !== `${this.#id}${ENDING}`);
    } catch {
      return [];
    }
  }

  /** Reads what is new in the file. @returns calls that it told of once and that are in flight no more. */
  #read(
    name: string,
    { edition, begunMs, isContinued }: z.infer<typeof head>,
    lines: readonly string[],
    heard: CallSignal[],
    nowMs: number,
  ): string[] {
    const before = this.#files.get(name);
    const isSame = before?.edition === edition;
    if (!isSame && isContinued) {
      const fromMs = before?.readMs ?? Number.NEGATIVE_INFINITY;
      heard.push({ kind: "unheard", why: "not-told", fromMs, untilMs: begunMs, atMs: begunMs });
    }
    const news = lines.slice(isSame ? before.lines : 0).flatMap(signalIn);
    heard.push(...news);
    const began = news.flatMap((one) => (one.kind === "began" ? [one.call] : []));
    const calls = new Set([...(isSame ? before.calls : []), ...began]);
    this.#files.set(name, { edition, readMs: nowMs, lines: lines.length, calls });
    // A file that was begun anew has all calls that are still in flight, and no others.
    return [...(before?.calls ?? [])].filter((id) => !calls.has(id));
  }
}

function touchedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function lineOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The whole lines of the file: the last one may be half written. */
function linesOf(path: string): string[] | undefined {
  try {
    return readFileSync(path, "utf8").split("\n").slice(0, -1);
  } catch {
    return undefined;
  }
}

function headOf(line: string | undefined): z.infer<typeof head> | undefined {
  return line === undefined ? undefined : head.safeParse(parsed(line)).data;
}

function signalIn(line: string): CallSignal[] {
  const { data } = signal.safeParse(parsed(line));
  if (!data) return [];
  const slackMs = data.kind === "began" ? -CLOCK_SLACK_MS : CLOCK_SLACK_MS;
  return [{ ...data, atMs: data.atMs + slackMs } as CallSignal];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

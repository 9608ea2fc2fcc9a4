import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { AttemptId, Owner } from "../../graph/attempt.ts";
import { type CallSignal, CallsInFlight } from "../../policy/effects/calls-in-flight.ts";

/** A longer file is begun anew, with the calls that are in flight. In bytes. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Stamps of two processes on one machine agree to so many milliseconds. */
const CLOCK_SLACK_MS = 50;
const ENDING = ".jsonl";

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
]);
const head = z.object({
  /** Another one when the file is begun anew. */
  edition: z.string(),
  owner: z.object({ host: z.string(), pid: z.number(), startedAt: z.string() }),
});

/** How far another server's file was read. */
interface ReadFile {
  readonly edition: string;
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
  #bytes = 0;

  constructor(
    private readonly folder: string,
    private readonly owner: Owner,
  ) {}

  /**
   * Tells the others; to be called before the call may run. Never throws: a call does not wait for a disk that is full.
   * What could not be told is told with the next signal, if it still holds then.
   */
  tell(news: CallSignal): void {
    this.#own.apply(news);
    try {
      this.#write(news);
    } catch {
      this.#bytes = 0;
    }
  }

  #write(news: CallSignal): void {
    const line = lineOf(news);
    if (this.#bytes > 0 && this.#bytes + line.length <= MAX_FILE_BYTES) {
      appendFileSync(this.#path, line);
      this.#bytes += line.length;
      return;
    }
    const { host, pid, startedAt } = this.owner;
    const head = { edition: randomUUID(), owner: { host, pid, startedAt } };
    const rest = news.kind === "began" ? [] : [news];
    const text = [head, ...this.#own.openSignals, ...rest].map(lineOf).join("");
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${this.#path}.new`, text, { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#bytes = text.length;
    this.#own.forget(Number.POSITIVE_INFINITY);
  }

  /**
   * Takes in what other servers have told since the last time. Their stamps are taken as less exact than this process's
   * own: calls begin earlier and end later.
   * @param nowMs the stamp of calls whose end nobody told.
   * @param isDead whether the process that answers for a server is gone: then so are its calls.
   * @returns whether all could be read.
   */
  async hear(
    calls: CallsInFlight,
    nowMs: number,
    isDead: (owner: Owner) => Promise<boolean>,
  ): Promise<boolean> {
    const heard: CallSignal[] = [];
    const gone: string[] = [];
    let isWhole = true;
    for (const name of this.#otherFiles()) {
      const path = join(this.folder, name);
      const lines = linesOf(path);
      const head = headOf(lines?.[0]);
      if (!lines || !head) {
        isWhole = false;
        continue;
      }
      gone.push(...this.#read(name, head.edition, lines.slice(1), heard));
      if (await isDead(head.owner)) {
        gone.push(...(this.#files.get(name)?.calls ?? []));
        this.#files.delete(name);
        rmSync(path, { force: true });
      }
    }
    // What began with one server may have ended with the next one of the session.
    for (const one of heard.sort((a, b) => a.atMs - b.atMs)) calls.apply(one);
    for (const id of gone) calls.end(id, nowMs);
    return isWhole;
  }

  /** To be called when this process ends in order. */
  close(): void {
    rmSync(this.#path, { force: true });
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
  #read(name: string, edition: string, lines: readonly string[], heard: CallSignal[]): string[] {
    const before = this.#files.get(name);
    const isSame = before?.edition === edition;
    const news = lines.slice(isSame ? before.lines : 0).flatMap(signalIn);
    heard.push(...news);
    const began = news.flatMap((one) => (one.kind === "began" ? [one.call] : []));
    const calls = new Set([...(isSame ? before.calls : []), ...began]);
    this.#files.set(name, { edition, lines: lines.length, calls });
    // A file that was begun anew has all calls that are still in flight, and no others.
    return [...(before?.calls ?? [])].filter((id) => !calls.has(id));
  }
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

import type { PlanSnapshot, SnapshotUpdate } from "../../live/snapshot.ts";
import { heartbeatWords, type NewsLine, newsBetween, newsText } from "./news.ts";
import { paintLine } from "./styled-line.ts";

/** After so long without a line one says that it goes on. */
const SILENCE_MS = 60_000;
/** No line is broken where nothing is known of who reads it: a program takes each for an event. */
const MAX_CELLS = 10_000;

/** What shows plans as they change. */
export interface PlanDisplay {
  /**
   * The plan as it is now; whatever happened since the last time is shown.
   * @param update by which it became so.
   */
  show(snapshot: PlanSnapshot, update: SnapshotUpdate): void;
  /** A line by the program itself. */
  say(text: string): void;
  /** Nothing more comes. */
  close(): void;
}

/** Where a display writes to. */
export interface TextOutput {
  write(text: string): unknown;
}

/** Plans where nothing can be drawn anew: a line for everything that happens, and one in every minute of silence. */
export class LineDisplay implements PlanDisplay {
  readonly #plans = new Map<string, PlanSnapshot>();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly output: TextOutput,
    private readonly colour: boolean,
  ) {}

  show(snapshot: PlanSnapshot): void {
    const news = newsBetween(this.#plans.get(snapshot.plan), snapshot);
    this.#plans.set(snapshot.plan, snapshot);
    for (const one of news) this.#write(one);
    if (news.length > 0 || this.#heartbeat === undefined) this.#waitForSilence();
  }

  say(text: string): void {
    this.#write({ atMs: Date.now(), plan: "", mark: "·", look: "dim", text });
  }

  close(): void {
    clearTimeout(this.#heartbeat);
  }

  #waitForSilence(): void {
    clearTimeout(this.#heartbeat);
    const shownAtMs = performance.now();
    this.#heartbeat = setTimeout(() => {
      for (const snapshot of this.#plans.values()) {
        if (snapshot.done) continue;
        const atMs = snapshot.atMs + performance.now() - shownAtMs;
        const text = heartbeatWords(snapshot, atMs);
        this.#write({ atMs, plan: snapshot.plan, mark: "·", look: "dim", text });
      }
      this.#waitForSilence();
    }, SILENCE_MS);
  }

  #write(news: NewsLine): void {
    for (const line of newsText(news, this.#plans.size > 1, MAX_CELLS))
      this.output.write(`${paintLine(line, MAX_CELLS, this.colour)}\n`);
  }
}

import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TaskRow } from "../../live/snapshot.ts";
import type { RunContext } from "../project/run-context.ts";
import { type Band, readBand } from "./band-file.ts";
import { isSameHead, steadyRow } from "./facts/steady.ts";

/** It is written for so long after somebody has asked. */
export const ASKED_HOLDS_MS = 60_000;
/** Nothing is written more often, nor looked at less often. */
const LOOK_MS = 500;
/** What changes with time alone (leases, expectations) is looked at again after so long. */
const AGAIN_MS = 15_000;
/** A file that is older was left behind by a server that was killed. */
const LEFT_BEHIND_MS = 24 * 3_600_000;
const FILE = /^band-[0-9a-f]{32}\.json$/;

/**
 * Writes what a plan is at into a file of its own for the view in Claude Code, while somebody asks for it and only when
 * something has changed. Nothing depends on it: what cannot be read or written is tried again.
 */
export class BandWriter {
  readonly file: string;
  readonly #ended = new AbortController();
  #askedMs = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;
  #written: Band | undefined;
  #shown: string | undefined;

  /**
   * @param folder its file lies there, under a name that nobody can guess.
   * @param own plans of this session, as they are when it is looked.
   */
  constructor(
    private readonly run: RunContext,
    private readonly folder: string,
    private readonly own: () => ReadonlySet<string>,
  ) {
    this.file = join(folder, `band-${randomBytes(16).toString("hex")}.json`);
  }

  /** Somebody looks. */
  asked(): void {
    this.#askedMs = performance.now();
    if (this.#ended.signal.aborted) return;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Nothing is left behind. */
  async close(): Promise<void> {
    this.#ended.abort();
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { signal } = this.#ended;
    let state: string | undefined;
    let lookedMs = Number.NEGATIVE_INFINITY;
    await this.#removeLeftBehind();
    while (!signal.aborted && performance.now() - this.#askedMs < ASKED_HOLDS_MS) {
      try {
        const store = await this.run.graph();
        const now = await store?.state();
        if (store && (now !== state || performance.now() - lookedMs > AGAIN_MS)) {
          const band = await readBand(this.run, store, this.own(), this.#shown);
          this.#shown = band?.head.plan;
          await this.#put(band);
          state = now;
          lookedMs = performance.now();
        }
      } catch {
        // A graph that is busy, a disk that is full: the next look tries again.
      }
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
    await rm(this.file, { force: true }).catch(() => undefined);
    this.#written = undefined;
  }

  async #put(band: Band | undefined): Promise<void> {
    const before = this.#written;
    if (band && before ? isSame(before, band) : band === before) return;
    if (!band) await rm(this.file, { force: true });
    else {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await writeFile(`${this.file}.new`, JSON.stringify({ ...band, writtenAtMs: Date.now() }), {
        mode: 0o600,
      });
      await rename(`${this.file}.new`, this.file);
    }
    this.#written = band;
  }

  async #removeLeftBehind(): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names.filter((one) => FILE.test(one))) {
      const path = join(this.folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs > LEFT_BEHIND_MS)
        await rm(path, { force: true }).catch(() => undefined);
    }
  }
}

/** Whether the view would show the same. */
function isSame(before: Band, after: Band): boolean {
  const [was, is] = [withoutExpectation(before), withoutExpectation(after)];
  const rest = ({ head: _head, rows: _rows, ...others }: Band) => JSON.stringify(others);
  return (
    isSameHead(was.head, is.head) &&
    rest(was) === rest(is) &&
    JSON.stringify(was.rows) === JSON.stringify(steadyRows(was, is))
  );
}

/** What is expected moves on with the time while nobody is at work, and is no news then. */
function withoutExpectation(band: Band): Band {
  const { forecast: _, ...head } = band.head;
  if (head.counts.running + head.counts.delivering > 0) return band;
  return { ...band, head, rows: band.rows.map(({ expected: _expected, ...row }) => row) };
}

function steadyRows(before: Band, { rows, head }: Band): readonly TaskRow[] {
  const known = new Map(before.rows.map((row) => [row.id, row]));
  return rows.map((row) => steadyRow(known.get(row.id), row, head.atMs));
}

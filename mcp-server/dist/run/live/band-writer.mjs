// import:node:crypto in run/live/band-writer.mjs
import { randomBytes } from "node:crypto";

// import:node:fs/promises in run/live/band-writer.mjs
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";

// import:node:path in run/live/band-writer.mjs
import { join } from "node:path";

// import:node:timers/promises in run/live/band-writer.mjs
import { setTimeout } from "node:timers/promises";

// import:run/live.mjs in run/live/band-writer.mjs
import { readBand } from "../live.mjs";

// import:run/live/facts.mjs in run/live/band-writer.mjs
import { isSameHead, steadyRow } from "./facts.mjs";

// mcp-server/src/run/live/band-writer.ts
var ASKED_HOLDS_MS = 6e4;
var LOOK_MS = 500;
var AGAIN_MS = 15e3;
var LEFT_BEHIND_MS = 24 * 36e5;
var FILE = /^band-[0-9a-f]{32}\.json$/;
var BandWriter = class {
  /**
   * @param folder its file lies there, under a name that nobody can guess.
   * @param own plans of this session, as they are when it is looked.
   */
  constructor(run, folder, own) {
    this.run = run;
    this.folder = folder;
    this.own = own;
    this.file = join(folder, `band-${randomBytes(16).toString("hex")}.json`);
  }
  run;
  folder;
  own;
  file;
  #ended = new AbortController();
  #askedMs = Number.NEGATIVE_INFINITY;
  #writing;
  #written;
  #shown;
  /** Somebody looks. */
  asked() {
    this.#askedMs = performance.now();
    if (this.#ended.signal.aborted) return;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = void 0;
    });
  }
  /** Nothing is left behind. */
  async close() {
    this.#ended.abort();
    await this.#writing;
  }
  async #write() {
    const { signal } = this.#ended;
    let state;
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
      }
      await setTimeout(LOOK_MS, void 0, { signal }).catch(() => void 0);
    }
    await rm(this.file, { force: true }).catch(() => void 0);
    this.#written = void 0;
  }
  async #put(band) {
    const before = this.#written;
    if (band && before ? isSame(before, band) : band === before) return;
    if (!band) await rm(this.file, { force: true });
    else {
      await mkdir(this.folder, { recursive: true, mode: 448 });
      await writeFile(`${this.file}.new`, JSON.stringify({ ...band, writtenAtMs: Date.now() }), {
        mode: 384
      });
      await rename(`${this.file}.new`, this.file);
    }
    this.#written = band;
  }
  async #removeLeftBehind() {
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names.filter((one) => FILE.test(one))) {
      const path = join(this.folder, name);
      const found = await stat(path).catch(() => void 0);
      if (found && Date.now() - found.mtimeMs > LEFT_BEHIND_MS)
        await rm(path, { force: true }).catch(() => void 0);
    }
  }
};
function isSame(before, after) {
  const [was, is] = [withoutExpectation(before), withoutExpectation(after)];
  const rest = ({ head: _head, rows: _rows, ...others }) => JSON.stringify(others);
  return isSameHead(was.head, is.head) && rest(was) === rest(is) && JSON.stringify(was.rows) === JSON.stringify(steadyRows(was, is));
}
function withoutExpectation(band) {
  const { forecast: _, ...head } = band.head;
  if (head.counts.running + head.counts.delivering > 0) return band;
  return { ...band, head, rows: band.rows.map(({ expected: _expected, ...row }) => row) };
}
function steadyRows(before, { rows, head }) {
  const known = new Map(before.rows.map((row) => [row.id, row]));
  return rows.map((row) => steadyRow(known.get(row.id), row, head.atMs));
}
export {
  ASKED_HOLDS_MS,
  BandWriter
};

import { lstatSync, readdirSync, readFileSync, type Stats } from "node:fs";
import { join, resolve } from "node:path";
import { indexContent } from "./index-content.ts";
import type { RepositoryState } from "./repository-moves.ts";

/** Files and folders of refs that are looked at; beyond it some are left out and the look says so. */
const MAX_REFS = 5_000;
/** A change within so many milliseconds before a look may be followed by one that leaves the times as they are. */
const TICK_MS = 20;
const COARSE_TICK_MS = 2_000;
const NO_ENTRIES: ReadonlyMap<string, string> = new Map();

interface Known<T> {
  readonly ino: number;
  readonly size: number;
  readonly ctimeMs: number;
  readonly isYoung: boolean;
  readonly value: T;
}

/**
 * A repository read from its own files, without a process. What the file system says was not touched since the look
 * before is not read again.
 */
export class RepositoryFiles {
  readonly #texts = new Map<string, Known<string>>();
  readonly #lists = new Map<string, Known<readonly Listed[]>>();
  #index: Known<string> | undefined;
  #packed: Known<ReadonlyMap<string, string>> | undefined;
  #stash: Known<readonly string[]> | undefined;
  #loose: ReadonlyMap<string, string> = NO_ENTRIES;
  #atMs = 0;
  #entries = 0;

  private constructor(
    private readonly place: string,
    /** Of this work tree. */
    private readonly folder: string,
    /** Of all work trees of the repository. */
    private readonly common: string,
    private readonly now: () => number,
  ) {}

  /**
   * @param workTree a folder with `.git` in it, real and absolute.
   * @param now milliseconds since 1970 by the clock that the file system has.
   * @returns undefined where there is no repository whose files can be read.
   */
  static in(workTree: string, now: () => number): RepositoryFiles | undefined {
    const place = join(workTree, ".git");
    const info = statOf(place);
    if (!info) return undefined;
    const link = info.isDirectory() ? undefined : /^gitdir: (.+)/.exec(textOf(place) ?? "")?.[1]?.trimEnd();
    if (!info.isDirectory() && link === undefined) return undefined;
    const folder = link === undefined ? place : resolve(workTree, link);
    const common = textOf(join(folder, "commondir"))?.trim();
    const files = new RepositoryFiles(place, folder, common ? resolve(folder, common) : folder, now);
    return files.state() ? files : undefined;
  }

  /** Whether there are more refs than are looked at. */
  get isIncomplete(): boolean {
    return this.#entries > MAX_REFS;
  }

  /** @returns undefined where the repository is gone, or keeps its refs in another form than files. */
  state(): RepositoryState | undefined {
    this.#atMs = this.now();
    this.#entries = 0;
    const head = statOf(this.place) && placeIn(this.#text(join(this.folder, "HEAD")));
    // What git writes where refs are kept otherwise ("reftable").
    if (head === undefined || head === "refs/heads/.invalid") return undefined;
    // Refs are packed before their own files go, so in this order none is missed.
    const loose = new Map<string, string>();
    for (const kind of ["refs/heads", "refs/tags"]) this.#refsIn(kind, loose);
    if (!isSameMap(loose, this.#loose)) this.#loose = loose;
    return {
      head,
      loose: this.#loose,
      packed: this.#packedRefs(),
      stash: this.#stashed(),
      index: this.#staged(loose, head),
      elsewhere: this.#elsewhere(),
    };
  }

  /**
   * What git's log says of the way of a ref from one commit to another, the last step first; undefined where it does
   * not tell the whole way.
   */
  stepsTo(ref: string, from: string | undefined, to: string): string[] | undefined {
    const steps: string[] = [];
    let at = to;
    for (const line of (textOf(join(this.common, "logs", ref)) ?? "").trimEnd().split("\n").reverse()) {
      const [, old, next, said = ""] = /^([0-9a-f]+) ([0-9a-f]+) [^\t]*(?:\t(.*))?$/.exec(line) ?? [];
      if (old === undefined || next !== at) return undefined;
      steps.push(said);
      if (from === undefined ? /^0+$/.test(old) : old === from) return steps;
      at = old;
    }
    return undefined;
  }

  #refsIn(path: string, found: Map<string, string>): void {
    for (const { name, isFolder } of this.#list(join(this.common, path))) {
      if (name.endsWith(".lock")) continue;
      if (++this.#entries > MAX_REFS) return;
      if (isFolder) this.#refsIn(`${path}/${name}`, found);
      else {
        const commit = this.#text(join(this.common, path, name))?.trim();
        if (commit) found.set(`${path}/${name}`, commit);
      }
    }
  }

  #packedRefs(): ReadonlyMap<string, string> {
    const file = join(this.common, "packed-refs");
    this.#packed = this.#again(this.#packed, file, () => {
      const refs = new Map<string, string>();
      for (const line of (textOf(file) ?? "").split("\n")) {
        const [, commit, ref] = /^([0-9a-f]{40,64}) (refs\/(?:heads|tags)\/.+)$/.exec(line) ?? [];
        if (commit !== undefined && ref !== undefined) refs.set(ref, commit);
      }
      return this.#packed && isSameMap(refs, this.#packed.value) ? this.#packed.value : refs;
    });
    return this.#packed?.value ?? NO_ENTRIES;
  }

  #stashed(): readonly string[] {
    const file = join(this.common, "logs/refs/stash");
    this.#stash = this.#again(this.#stash, file, () =>
      (textOf(file) ?? "").split("\n").flatMap((line) => line.split(" ")[1] ?? []),
    );
    return this.#stash?.value ?? [];
  }

  #staged(loose: ReadonlyMap<string, string>, head: string): string | undefined {
    const file = join(this.folder, "index");
    const anyCommit = loose.get(head) ?? this.#packed?.value.get(head) ?? head;
    const idBytes = /^[0-9a-f]{64}$/.test(anyCommit) ? 32 : 20;
    this.#index = this.#again(this.#index, file, () => {
      const bytes = bytesOf(file);
      return bytes && indexContent(bytes, idBytes);
    });
    return this.#index?.value;
  }

  #elsewhere(): ReadonlySet<string> {
    const worktrees = join(this.common, "worktrees");
    const folders = [this.common, ...this.#list(worktrees).map(({ name }) => join(worktrees, name))];
    return new Set(
      folders
        .filter((folder) => folder !== this.folder)
        .flatMap((folder) => placeIn(this.#text(join(folder, "HEAD"))) ?? []),
    );
  }

  #text(file: string): string | undefined {
    return this.#keep(this.#texts, file, () => textOf(file));
  }

  #list(folder: string): readonly Listed[] {
    return this.#keep(this.#lists, folder, () => listOf(folder)) ?? [];
  }

  #keep<T>(all: Map<string, Known<T>>, file: string, read: () => T | undefined): T | undefined {
    const known = this.#again(all.get(file), file, read);
    if (known) all.set(file, known);
    else all.delete(file);
    return known?.value;
  }

  /** What is known if nobody touched the file, or it is read again; undefined where there is none. */
  #again<T>(known: Known<T> | undefined, file: string, read: () => T | undefined): Known<T> | undefined {
    const info = statOf(file);
    if (!info) return undefined;
    const { ino, size, ctimeMs } = info;
    const isSame = known?.ino === ino && known.size === size && known.ctimeMs === ctimeMs;
    if (known && isSame && !known.isYoung) return known;
    const value = read();
    if (value === undefined) return undefined;
    const tickMs = ctimeMs % 1_000 === 0 ? COARSE_TICK_MS : TICK_MS;
    return { ino, size, ctimeMs, isYoung: ctimeMs > this.#atMs - tickMs, value };
  }
}

interface Listed {
  readonly name: string;
  readonly isFolder: boolean;
}

/** What HEAD says. */
function placeIn(text: string | undefined): string | undefined {
  const place = text?.trim().replace(/^ref: */, "");
  return place === "" ? undefined : place;
}

function statOf(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function bytesOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    // Gone, or not to be read, since it was looked at: as if it was not there.
    return undefined;
  }
}

function textOf(file: string): string | undefined {
  return bytesOf(file)?.toString("utf8");
}

function listOf(folder: string): readonly Listed[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      isFolder: entry.isDirectory(),
    }));
  } catch {
    return undefined;
  }
}

function isSameMap(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

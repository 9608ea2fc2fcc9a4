import { lstatSync, readdirSync, type Stats } from "node:fs";
import type { AttemptId } from "../../graph/attempt.ts";
import { ABSENT, type ContentId } from "../../graph/effect.ts";
import { type Glob, literalGlob } from "../../graph/scope/glob.ts";
import { matches, overlap } from "../../graph/scope/globs-meet.ts";
import { type ParsedGlob, parseGlob } from "../../graph/scope/parse-glob.ts";
import { type FileContent, readContent } from "./file-content.ts";
import type { SeenState } from "./look/last-look.ts";

/** Files and folders that are looked at; beyond it some are left out and the look says so. */
const MAX_ENTRIES = 20_000;
/** A change within so many milliseconds after a look may leave the times as they are: the clock of a file system ticks. */
const TICK_MS = 20;
/** On file systems whose times are whole seconds. FAT has even ones. */
const COARSE_TICK_MS = 2_000;
/** Never entered: what is in them is git's or this plugin's own. */
const INTERNAL = new Set([".git", ".parallel"]);
/** Entered only where a glob names it: installed packages are nobody's work, and there are many. */
const PACKAGES_FOLDER = "node_modules";

/** What a claim holds. */
export interface HeldScope {
  readonly attempt: AttemptId;
  /** Globs of the files that it writes, with what was granted. */
  readonly writes: readonly Glob[];
}

/** A held file whose bytes are others than at the look before. */
export interface HeldChange {
  readonly path: string;
  readonly holder: AttemptId;
  /** Undefined: it was not read before. */
  readonly before: ContentId | undefined;
  readonly after: FileContent;
  /** Undefined: it is gone. */
  readonly times: Times | undefined;
}

/** How files are looked at, where it is not as usual. */
export interface HeldFilesOptions {
  /** So many files and folders are looked at. */
  readonly maxEntries?: number;
  /** What is known of a file without reading it; undefined where there is none. */
  readonly stat?: (file: string) => Stats | undefined;
}

/** What one look at the held files found. */
export interface HeldFilesLook {
  readonly changes: readonly HeldChange[];
  /** Whether some of what is held was left out because there is too much of it. */
  readonly isIncomplete: boolean;
  /** Whether other scopes are held than at the look before. */
  readonly isOtherScope: boolean;
}

/** What `lstat` said at the look before. Times are milliseconds with fractions. */
interface Times {
  readonly ino: number;
  readonly size: number;
  readonly ctimeMs: number;
  /** Whether it was changed so shortly before the look that a change after it might not show in the times. */
  readonly isYoung: boolean;
}

interface KnownFile {
  readonly path: string;
  readonly file: string;
  holder: AttemptId;
  /** Undefined: there is no file. */
  times: Times | undefined;
  /** Undefined: it was not read yet. */
  content: ContentId | undefined;
  /** Whether somebody was told of this content. */
  isTold: boolean;
}

interface KnownFolder {
  readonly path: string;
  readonly folder: string;
  times: Times | undefined;
  readonly files: Map<string, KnownFile>;
  readonly folders: Map<string, KnownFolder>;
}

/**
 * The files that live claims hold, as this process last saw them. A look is one go without a pause in which nobody
 * else is answered; it starts no process, and reads only what the file system says was touched.
 */
export class HeldFiles {
  readonly #maxEntries: number;
  readonly #stat: (file: string) => Stats | undefined;
  #held: readonly HeldScope[] = [];
  #key = "[]";
  #scopes: readonly { readonly attempt: AttemptId; readonly globs: readonly ParsedGlob[] }[] = [];
  #top: KnownFolder;
  readonly #repositories = new Map<string, readonly AttemptId[]>();
  #entries = 0;
  #isIncomplete = false;
  /** When the look began. */
  #atMs = 0;

  /**
   * @param root the checkout's top level, a real path.
   * @param now milliseconds since 1970 by the clock that the file system has.
   */
  constructor(
    private readonly root: string,
    private readonly caseInsensitive: boolean,
    private readonly now: () => number,
    { maxEntries = MAX_ENTRIES, stat = statOf }: HeldFilesOptions = {},
  ) {
    this.#maxEntries = maxEntries;
    this.#stat = stat;
    this.#top = newFolder("", root);
  }

  /**
   * Compares the held files with the look before. A file that was not held then is taken as it is: it has not changed.
   * @param held in an order that stays: where two hold the same file, it is the first one's.
   */
  look(held: readonly HeldScope[]): HeldFilesLook {
    const changes: HeldChange[] = [];
    this.#atMs = this.now();
    this.#entries = 0;
    if (this.#scopes.length > 0) this.#lookInto(this.#top, changes);
    const isOtherScope = JSON.stringify(held) !== this.#key;
    if (isOtherScope) this.#hold(held);
    return { changes, isIncomplete: this.#isIncomplete, isOtherScope };
  }

  /** What the last look saw. */
  get seen(): SeenState {
    const files = [...filesIn(this.#top)].flatMap(({ path, times, content }) =>
      times ? [{ path, ...times, content }] : [],
    );
    return { scopes: this.#held, files };
  }

  /** Goes on from a look of another process, before the first one here: the next finds what has changed since. */
  goOnFrom({ scopes, files }: SeenState): void {
    this.#take(scopes);
    for (const { path, content, ...times } of files) {
      const holder = this.#holderOf(path);
      if (holder === undefined) continue;
      Object.assign(this.#fileAt(path, holder), { times, content, isTold: false });
    }
  }

  /** Folders of repositories inside what is held, such as submodules, with those who hold something below them. */
  get repositories(): ReadonlyMap<string, readonly AttemptId[]> {
    return this.#repositories;
  }

  /** Bytes of the held files of whose content nobody was told; undefined: there are none. */
  get unreadBytes(): number | undefined {
    let bytes: number | undefined;
    for (const { isTold, times } of filesIn(this.#top))
      if (!isTold) bytes = (bytes ?? 0) + (times?.size ?? 0);
    return bytes;
  }

  /**
   * Reads held files that were not read yet, so that a later change of them tells what stood there before.
   * @param isMeant of which of them, by path.
   * @param use told the content of each, with its path and holder.
   */
  async readUnread(
    isMeant: (path: string) => boolean,
    use: (path: string, holder: AttemptId, content: FileContent) => void,
  ): Promise<void> {
    const untold = [...filesIn(this.#top)].filter(({ isTold, path }) => !isTold && isMeant(path));
    for (const known of untold) {
      // Others are answered between two files.
      await new Promise(setImmediate);
      const info = this.#stat(known.file);
      if (known.isTold || !isSame(known.times, info)) continue;
      const content = readContent(known.file, info);
      // What changed since the look is for the next look to find.
      const isOther = known.content !== undefined && known.content !== content.id;
      if (isOther || !isSame(known.times, this.#stat(known.file))) continue;
      known.content = content.id;
      known.isTold = true;
      use(known.path, known.holder, content);
    }
  }

  /** This process has put this content into a held file: the next look finds no change. */
  accept(path: string, content: ContentId): void {
    const holder = this.#holderOf(path);
    if (holder === undefined) return;
    const known = this.#fileAt(path, holder);
    known.times = this.#timesOf(this.#stat(known.file));
    known.content = content;
    known.isTold = true;
  }

  #fileAt(path: string, holder: AttemptId): KnownFile {
    const names = path.split("/");
    const name = names.pop() ?? "";
    let folder = this.#top;
    for (const inner of names) {
      const below = folder.path === "" ? inner : `${folder.path}/${inner}`;
      const known = folder.folders.get(inner) ?? newFolder(below, `${this.root}/${below}`);
      folder.folders.set(inner, known);
      folder = known;
    }
    const file = `${this.root}/${path}`;
    const known = folder.files.get(name) ?? {
      path,
      file,
      holder,
      times: undefined,
      content: ABSENT,
      isTold: false,
    };
    folder.files.set(name, known);
    return known;
  }

  /** What is known of the held files stays; those that nobody holds any more are forgotten. */
  #hold(held: readonly HeldScope[]): void {
    this.#take(held);
    const before = new Map([...filesIn(this.#top)].map((known) => [known.path, known]));
    this.#top = newFolder("", this.root);
    this.#repositories.clear();
    this.#entries = 0;
    this.#isIncomplete = false;
    if (held.length > 0) this.#adopt(this.#top, before);
  }

  #take(held: readonly HeldScope[]): void {
    this.#held = held;
    this.#key = JSON.stringify(held);
    this.#scopes = held.map(({ attempt, writes }) => ({
      attempt,
      globs: writes.map((glob) => parseGlob(glob, this.caseInsensitive)),
    }));
  }

  /** Lists a folder that is newly looked at, with what is known of its files from before. */
  #adopt(folder: KnownFolder, before: ReadonlyMap<string, KnownFile>): void {
    this.#list(folder, this.#stat(folder.folder));
    this.#entries += folder.files.size + folder.folders.size;
    for (const [name, known] of folder.files) {
      const earlier = before.get(known.path);
      if (earlier) {
        earlier.holder = known.holder;
        folder.files.set(name, earlier);
        continue;
      }
      const info = this.#stat(known.file);
      known.times = this.#timesOf(info);
      // The times of a young file do not tell whether it is changed from now on.
      const isKnown = known.times === undefined || known.times.isYoung;
      known.content = isKnown ? readContent(known.file, info).id : undefined;
    }
    for (const inner of folder.folders.values()) this.#adopt(inner, before);
  }

  #lookInto(folder: KnownFolder, changes: HeldChange[]): void {
    const info = this.#stat(folder.folder);
    if (folder.times?.isYoung || !isSame(folder.times, info)) this.#list(folder, info);
    for (const [name, known] of folder.files) {
      this.#entries++;
      this.#compare(known, changes);
      if (known.content === ABSENT) folder.files.delete(name);
    }
    for (const [name, inner] of folder.folders) {
      this.#entries++;
      this.#lookInto(inner, changes);
      if (inner.times === undefined) folder.folders.delete(name);
    }
  }

  #compare(known: KnownFile, changes: HeldChange[]): void {
    const info = this.#stat(known.file);
    if (isSame(known.times, info) && !known.times?.isYoung) return;
    const { content: before, path, holder } = known;
    const after = readContent(known.file, info);
    known.times = this.#timesOf(info);
    known.content = after.id;
    known.isTold = true;
    if (before !== after.id) changes.push({ path, holder, before, after, times: known.times });
  }

  /** Takes in which names the folder has now. Files that are gone stay until they were compared. */
  #list(folder: KnownFolder, info: Stats | undefined): void {
    folder.times = info?.isDirectory() ? this.#timesOf(info) : undefined;
    if (folder.times === undefined) return;
    for (const entry of entriesOf(folder.folder)) {
      const { name } = entry;
      const isFolder = entry.isDirectory();
      if (name === ".git" && folder.path !== "")
        this.#repositories.set(folder.path, this.#holdersBelow(folder.path));
      if (INTERNAL.has(name) || (isFolder ? folder.folders : folder.files).has(name)) continue;
      const path = folder.path === "" ? name : `${folder.path}/${name}`;
      const holder = isFolder ? undefined : this.#holderOf(path);
      if (isFolder ? !this.#holdsBelow(path, name) : holder === undefined) continue;
      if (this.#entries + folder.files.size + folder.folders.size >= this.#maxEntries) {
        this.#isIncomplete = true;
        return;
      }
      const file = `${this.root}/${path}`;
      if (holder === undefined) folder.folders.set(name, newFolder(path, file));
      else folder.files.set(name, { path, file, holder, times: undefined, content: ABSENT, isTold: false });
    }
  }

  #holderOf(path: string): AttemptId | undefined {
    return this.#scopes.find(({ globs }) => globs.some((glob) => matches(glob, path)))?.attempt;
  }

  #holdsBelow(path: string, name: string): boolean {
    const tree = parseGlob(`${literalGlob(path)}/**`, this.caseInsensitive);
    return this.#scopes.some(({ globs }) =>
      globs.some(
        (glob) =>
          overlap(glob, tree) && (name !== PACKAGES_FOLDER || glob.glob.split("/").includes(PACKAGES_FOLDER)),
      ),
    );
  }

  #holdersBelow(path: string): AttemptId[] {
    const tree = parseGlob(`${literalGlob(path)}/**`, this.caseInsensitive);
    return this.#scopes
      .filter(({ globs }) => globs.some((glob) => overlap(glob, tree)))
      .map(({ attempt }) => attempt);
  }

  #timesOf(info: Stats | undefined): Times | undefined {
    if (!info) return undefined;
    const { ino, size, ctimeMs } = info;
    const tickMs = ctimeMs % 1_000 === 0 ? COARSE_TICK_MS : TICK_MS;
    return { ino, size, ctimeMs, isYoung: ctimeMs > this.#atMs - tickMs };
  }
}

function newFolder(path: string, folder: string): KnownFolder {
  return { path, folder, times: undefined, files: new Map(), folders: new Map() };
}

function* filesIn(folder: KnownFolder): Generator<KnownFile> {
  yield* folder.files.values();
  for (const inner of folder.folders.values()) yield* filesIn(inner);
}

function statOf(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch {
    // A folder on the way became a file, or may not be entered any more.
    return undefined;
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isSame(times: Times | undefined, info: Stats | undefined): boolean {
  if (!times || !info) return times === undefined && info === undefined;
  return times.ctimeMs === info.ctimeMs && times.ino === info.ino && times.size === info.size;
}

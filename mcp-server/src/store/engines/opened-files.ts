import { existsSync, renameSync, statSync } from "node:fs";
import { StoreUnusable } from "../../errors/store-unusable.ts";

/**
 * What SQLite keeps beside a database: the log of its last commits and the log's index. They go by the database's name,
 * so beside another one of that name they would be read as its own and destroy it.
 */
const LOGS = ["-wal", "-shm"] as const;

/**
 * The files that a connection has open, told from others of the same names by device and inode. What is committed goes
 * into them wherever they were moved, and there nobody looks for it.
 */
export class OpenedFiles {
  readonly #database: string | undefined;
  readonly #logs: readonly (string | undefined)[];
  #isMoved = false;
  /** Where everything is that was committed before. */
  #copy: string | undefined;

  /**
   * @param path of the database, which is open.
   * @param saveCopy puts all that was committed into a file of its own, and says where.
   */
  constructor(
    private readonly path: string,
    private readonly saveCopy: () => string,
  ) {
    this.#database = identityOf(path);
    this.#logs = LOGS.map((end) => identityOf(path + end));
  }

  get areInPlace(): boolean {
    return identityOf(this.path) === this.#database && LOGS.every((end, i) => this.#isOurs(end, i));
  }

  /**
   * To be called before each transaction. What was committed is saved when the files are first missed.
   * @throws StoreUnusable while they are not in their place.
   */
  refuseMoved(): void {
    const wasMoved = this.#isMoved;
    this.#isMoved = !this.areInPlace;
    if (!this.#isMoved) return;
    if (!wasMoved) {
      this.#copy = orUndefined(this.saveCopy);
      orUndefined(() => this.#setLogAside());
    }
    throw this.movedAway();
  }

  movedAway(): StoreUnusable {
    const copy = this.#copy;
    const saved = copy === undefined ? "" : ` What was committed is saved in ${copy}.`;
    const use =
      copy === undefined
        ? ""
        : " The copy can take its place while no session is open and no -wal and -shm file is beside it.";
    return new StoreUnusable(
      "moved",
      `The task graph ${this.path}, or its -wal or -shm file, was moved, replaced or removed while this session had it open. Nothing is read from it or written to it any more.${saved}`,
      `Put the file back in its place, with its -wal and -shm files if they were moved, too; or restart Claude Code in all sessions of the repository to go on with what is there now.${use}`,
    );
  }

  /**
   * Where another database has been put in the place of the one that is open, gives the log that was left beside it
   * another name. Where none has, the log stays, so that the database can be put back.
   */
  #setLogAside(): void {
    const now = identityOf(this.path);
    if (now === undefined || now === this.#database) return;
    for (const [i, end] of LOGS.entries()) {
      if (this.#isOurs(end, i)) renameSync(this.path + end, freeName(`${this.path}.moved${end}`));
    }
  }

  #isOurs(end: (typeof LOGS)[number], index: number): boolean {
    return identityOf(this.path + end) === this.#logs[index];
  }
}

/**
 * To be called before a database is made at that path, or taken for one that is not there.
 * @throws StoreUnusable where the log of one was left behind, which has commits that are nowhere else: SQLite would throw
 *   it away.
 */
export function refuseLeftLog(path: string): void {
  const log = `${path}-wal`;
  if (existsSync(path) || sizeOf(log) === 0) return;
  throw new StoreUnusable(
    "moved",
    `The task graph ${path} is not there, but its log ${log} is, with what was done last.`,
    `Put the file back beside its log. To go on with a copy of it, or to begin a new one, first move the log and ${path}-shm to another folder.`,
  );
}

/** That name, or the first one with a number behind it that nothing has. */
export function freeName(name: string): string {
  let free = name;
  for (let n = 2; existsSync(free); n++) free = `${name}-${n}`;
  return free;
}

/** Undefined where it fails: the folder is gone with its files, or cannot be written. */
function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** In bytes; 0 where there is no file, or none that can be seen. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** Which file that is; undefined where there is none, or none that can be seen. */
function identityOf(path: string): string | undefined {
  try {
    const info = statSync(path, { throwIfNoEntry: false, bigint: true });
    return info && `${info.dev} ${info.ino}`;
  } catch {
    return undefined;
  }
}

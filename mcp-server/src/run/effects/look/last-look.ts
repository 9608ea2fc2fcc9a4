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
import type { AttemptId, Owner } from "../../../graph/attempt.ts";
import { ABSENT, type ContentId } from "../../../graph/effect.ts";
import type { Glob } from "../../../graph/scope/glob.ts";
import { sameOwner } from "../../project/owner.ts";

const ENDING = ".look";
/** A file to which more than this was appended is written anew. In bytes. */
const MAX_APPENDED_BYTES = 1024 * 1024;

const head = z.object({
  owner: z.object({ host: z.string(), pid: z.number(), startedAt: z.string() }),
  scopes: z.array(
    z.object({ attempt: z.number().transform((id) => id as AttemptId), writes: z.array(z.string()) }),
  ),
});
/** Short, because there are thousands: path, inode, size, time of change, whether it is young, content. */
const line = z.tuple([z.string(), z.number(), z.number(), z.number(), z.boolean(), z.string().nullable()]);

/** A held file as a look saw it. */
export interface SeenFile {
  /** Relative to the checkout's top level, with forward slashes. */
  readonly path: string;
  readonly ino: number;
  readonly size: number;
  /** Milliseconds since 1970, with fractions. */
  readonly ctimeMs: number;
  /** Whether it was changed so shortly before the look that a change after it might not show in the times. */
  readonly isYoung: boolean;
  /** Undefined: it was not read. */
  readonly content: ContentId | undefined;
}

/** What claims held at a look, and the files in it. */
export interface SeenState {
  readonly scopes: readonly { readonly attempt: AttemptId; readonly writes: readonly Glob[] }[];
  readonly files: readonly SeenFile[];
}

/** The last look of a server before this one. */
export interface EarlierLook extends SeenState {
  /** When it began, in milliseconds since 1970. */
  readonly lookedMs: number;
}

/** What a look found, as far as the next server has to know it. */
export interface NewlySeen {
  /** Files that are other than at the look before; `times` undefined: gone. */
  readonly changes: readonly {
    readonly path: string;
    readonly after: { readonly id: ContentId };
    readonly times: Omit<SeenFile, "path" | "content"> | undefined;
  }[];
  /** Whether what is held is other than at the look before. */
  readonly isOtherScope: boolean;
  /** Whether some of it was left out: what is not known then cannot be told from what is new. */
  readonly isIncomplete: boolean;
}

/**
 * What this server's last look at the held files saw, in a file beside the graph: a server that begins where another
 * was killed goes on from there, so that no change between the two is missed. Nothing in here ever throws; what cannot
 * be written leaves the next server with an earlier look, and then it finds more than it would have to.
 */
export class LastLook {
  readonly #path: string;
  /** Files of servers that this one follows. */
  #outdated: readonly string[] = [];
  /** 0: the file is to be written whole. */
  #bytes = 0;
  #appendedBytes = 0;

  constructor(
    private readonly folder: string,
    private readonly owner: Owner,
  ) {
    this.#path = join(folder, `${randomUUID()}${ENDING}`);
  }

  /**
   * The newest look of all other servers of the checkout, those that live among them: it is as true as any.
   * @returns with when a server before this one of the same session looked last; undefined: none of them did.
   */
  async earlier(
    isDead: (owner: Owner) => Promise<boolean>,
  ): Promise<{ readonly look?: EarlierLook; readonly predecessorMs?: number }> {
    const found: { path: string; lookedMs: number; owner: Owner; text: string }[] = [];
    for (const path of this.#otherFiles()) {
      const one = readFile(path);
      if (one) found.push({ path, ...one });
    }
    const outdated: string[] = [];
    for (const { path, owner } of found) {
      if (sameOwner(owner, this.owner) || (await isDead(owner))) outdated.push(path);
    }
    this.#outdated = outdated;
    found.sort((a, b) => b.lookedMs - a.lookedMs);
    const [newest] = found;
    const predecessor = found.find(({ owner }) => sameOwner(owner, this.owner));
    const state = newest && stateIn(newest.text);
    return {
      ...(state && { look: { ...state, lookedMs: newest.lookedMs } }),
      ...(predecessor && { predecessorMs: predecessor.lookedMs }),
    };
  }

  /**
   * To be called after each look.
   * @param whole all that is known after it.
   * @param lookedMs when it began.
   */
  note(seen: NewlySeen, whole: () => SeenState, lookedMs: number): void {
    try {
      if (seen.isOtherScope || this.#bytes === 0 || this.#appendedBytes > MAX_APPENDED_BYTES) {
        this.#writeWhole(seen.isIncomplete ? { scopes: [], files: [] } : whole());
      } else if (seen.changes.length > 0) {
        this.#append(
          seen.changes.map(({ path, after, times }) => lineOf({ path, content: after.id, times })),
        );
      }
      if (this.#bytes > 0) utimesSync(this.#path, lookedMs / 1_000, lookedMs / 1_000);
    } catch {
      this.#bytes = 0;
    }
  }

  /** To be called when files were read that no look had read: the time of the last look stays. */
  noteRead(state: SeenState, lookedMs: number): void {
    if (this.#bytes > 0) {
      this.note({ changes: [], isOtherScope: true, isIncomplete: false }, () => state, lookedMs);
    }
  }

  #writeWhole({ scopes, files }: SeenState): void {
    if (scopes.length === 0) {
      rmSync(this.#path, { force: true });
      this.#bytes = 0;
    } else {
      const { host, pid, startedAt } = this.owner;
      const first = `${JSON.stringify({ owner: { host, pid, startedAt }, scopes })}\n`;
      const text =
        first + files.map(({ path, content, ...times }) => lineOf({ path, content, times })).join("");
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${this.#path}.new`, text, { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
      this.#bytes = text.length;
    }
    this.#appendedBytes = 0;
    for (const path of this.#outdated) rmSync(path, { force: true });
    this.#outdated = [];
  }

  #append(lines: readonly string[]): void {
    const text = lines.join("");
    appendFileSync(this.#path, text);
    this.#appendedBytes += text.length;
  }

  #otherFiles(): string[] {
    try {
      const paths = readdirSync(this.folder).map((name) => join(this.folder, name));
      return paths.filter((path) => path.endsWith(ENDING) && path !== this.#path);
    } catch {
      return [];
    }
  }
}

function lineOf({
  path,
  content,
  times,
}: {
  readonly path: string;
  readonly content: ContentId | undefined;
  readonly times: Omit<SeenFile, "path" | "content"> | undefined;
}): string {
  const { ino = 0, size = 0, ctimeMs = 0, isYoung = false } = times ?? {};
  return `${JSON.stringify([path, ino, size, ctimeMs, isYoung, content ?? null])}\n`;
}

function readFile(path: string): { lookedMs: number; owner: Owner; text: string } | undefined {
  try {
    // The time belongs to what is read after it, or is earlier; file systems round it.
    const lookedMs = statSync(path).mtimeMs - 1;
    const text = readFileSync(path, "utf8");
    const { data } = head.safeParse(JSON.parse(text.slice(0, text.indexOf("\n"))));
    return data && { lookedMs, owner: data.owner, text };
  } catch {
    return undefined;
  }
}

/** What whole lines tell: the last one may be half written. */
function stateIn(text: string): SeenState | undefined {
  try {
    const [first = "", ...lines] = text.split("\n").slice(0, -1);
    const files = new Map<string, SeenFile>();
    for (const one of lines) {
      const [path, ino, size, ctimeMs, isYoung, content] = line.parse(JSON.parse(one));
      if (content === ABSENT) files.delete(path);
      else files.set(path, { path, ino, size, ctimeMs, isYoung, content: content ?? undefined });
    }
    return { scopes: head.parse(JSON.parse(first)).scopes, files: [...files.values()] };
  } catch {
    return undefined;
  }
}

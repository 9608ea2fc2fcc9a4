import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ContentId } from "../../graph/effect.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { type FileContent, idOfBytes } from "./file-content.ts";

/** What is kept for one plan, as far as this process has seen it. In bytes. */
const MAX_KEPT_FOR_PLAN = 500 * 1024 * 1024;
/** So long after a plan's end what was kept for it is gone, in milliseconds. */
const KEPT_FOR_MS = 14 * 24 * 60 * 60 * 1_000;

const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** When a plan ended, in milliseconds since 1970; undefined for a plan that nobody knows. */
export type PlanEnd = "open" | number | undefined;

/**
 * Bytes that stood in held files, each version once for each plan, under their digest: in a folder of this user alone
 * beside the graph and outside git's objects, so that what was never committed is never pushed.
 */
export class KeptFiles {
  readonly #usedBytes = new Map<PlanSlug, number>();

  constructor(
    private readonly folder: string,
    private readonly maxPlanBytes: number = MAX_KEPT_FOR_PLAN,
  ) {}

  /**
   * Keeps what was read of a file. Never throws: whoever changed the file has done so already.
   * @returns why it was not kept; undefined: it was, or there is nothing to keep.
   */
  keep(plan: PlanSlug, { id, bytes, unread }: FileContent): string | undefined {
    if (bytes === undefined) return unread;
    const path = this.#pathOf(plan, id);
    if (path === undefined) return "its digest is not known";
    try {
      if (statSync(path, { throwIfNoEntry: false })?.size === bytes.length) return undefined;
      const used = this.#usedBy(plan) + bytes.length;
      if (used > this.maxPlanBytes) {
        return `more than ${Math.floor(this.maxPlanBytes / 1024 / 1024)} MB would be kept for the plan`;
      }
      mkdirSync(join(this.folder, plan), { recursive: true, mode: 0o700 });
      // A reader never sees half of it, and a process that dies leaves nothing under the digest.
      const half = `${path}.${process.pid}`;
      writeFileSync(half, bytes, { mode: 0o600 });
      renameSync(half, path);
      this.#usedBytes.set(plan, used);
      return undefined;
    } catch (error) {
      return `it could not be written (${(error as NodeJS.ErrnoException).code})`;
    }
  }

  /** The bytes; undefined where they were not kept, are gone, or are not what they were. */
  read(plan: PlanSlug, id: ContentId): Buffer | undefined {
    const path = this.#pathOf(plan, id);
    try {
      const bytes = path === undefined ? undefined : readFileSync(path);
      return bytes && idOfBytes(bytes) === id ? bytes : undefined;
    } catch {
      return undefined;
    }
  }

  /** The plans for which something is kept. */
  get plans(): PlanSlug[] {
    try {
      return readdirSync(this.folder) as PlanSlug[];
    } catch {
      return [];
    }
  }

  /** Removes all that was kept for the plan. */
  forget(plan: PlanSlug): void {
    this.#usedBytes.delete(plan);
    rmSync(join(this.folder, plan), { recursive: true, force: true });
  }

  /** Removes what was kept for plans that ended so long ago, and for plans that nobody knows. */
  forgetOld(endOf: (plan: PlanSlug) => PlanEnd, nowMs: number): void {
    for (const plan of this.plans) {
      const end = endOf(plan);
      const sinceMs = end ?? statSync(join(this.folder, plan)).mtimeMs;
      if (sinceMs !== "open" && nowMs - sinceMs > KEPT_FOR_MS) this.forget(plan);
    }
  }

  #pathOf(plan: PlanSlug, id: ContentId): string | undefined {
    const digest = DIGEST.exec(id)?.[1];
    return digest === undefined ? undefined : join(this.folder, plan, digest);
  }

  #usedBy(plan: PlanSlug): number {
    const known = this.#usedBytes.get(plan);
    if (known !== undefined) return known;
    const folder = join(this.folder, plan);
    try {
      const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
      return sizes.reduce((sum, size) => sum + size, 0);
    } catch {
      return 0;
    }
  }
}

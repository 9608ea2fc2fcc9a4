import { pathKey } from "./glob.ts";
import type { ParsedGlob } from "./parse-glob.ts";

/** Characters that make more of a segment than the name that it looks like. */
const WILD = /[*?[\]{}()!\\]/;

interface Folder {
  readonly folders: Map<string, Folder>;
  /** Owners of globs whose plain beginning ends here. */
  readonly owners: number[];
}

/**
 * Globs by their plain beginning: the names of folders, and for a plain path of the file, before the first wildcard.
 * Two globs can only meet where one's beginning is on the way to the other's, so most need not be compared at all.
 */
export class GlobIndex {
  readonly #root: Folder = newFolder();

  add(glob: ParsedGlob, owner: number): void {
    let folder = this.#root;
    for (const name of this.#beginningOf(glob)) {
      let next = folder.folders.get(name);
      if (!next) {
        next = newFolder();
        folder.folders.set(name, next);
      }
      folder = next;
    }
    folder.owners.push(owner);
  }

  /** Owners of all globs that may meet this one, itself included; some of them do not. */
  *near(glob: ParsedGlob): Generator<number> {
    let folder: Folder | undefined = this.#root;
    for (const name of this.#beginningOf(glob)) {
      yield* folder.owners;
      folder = folder.folders.get(name);
      if (!folder) return;
    }
    yield* below(folder);
  }

  #beginningOf({ glob, caseInsensitive }: ParsedGlob): string[] {
    const segments = pathKey(glob, caseInsensitive).split("/");
    const wild = segments.findIndex((segment) => WILD.test(segment));
    return wild === -1 ? segments : segments.slice(0, wild);
  }
}

function newFolder(): Folder {
  return { folders: new Map(), owners: [] };
}

function* below(folder: Folder): Generator<number> {
  const open = [folder];
  for (const { owners, folders } of open) {
    yield* owners;
    open.push(...folders.values());
  }
}

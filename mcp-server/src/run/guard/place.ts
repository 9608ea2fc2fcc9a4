import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, parse, resolve, sep } from "node:path";
import { pathKey } from "../../graph/scope/glob.ts";
import type { RunContext } from "../project/run-context.ts";

/** Where a path leads, seen from the work tree of the agent that names it. */
export type Place =
  /** In no work tree of this repository: none of the guard's business. */
  | { readonly kind: "outside" }
  /** In the agent's own work tree; `path` is relative to its top level, with forward slashes. */
  | { readonly kind: "inside"; readonly path: string; readonly is: "file" | "folder" | "nothing" }
  /** The top level itself, or a folder around it or around another work tree. */
  | { readonly kind: "whole"; readonly isTopLevel: boolean }
  /** What git or this plugin keep for themselves. */
  | { readonly kind: "internal"; readonly path: string }
  /** In another work tree of this repository. */
  | { readonly kind: "elsewhere"; readonly topLevel: string };

/** Which repository a folder belongs to. */
export type WorkTree =
  | { readonly kind: "none" | "other-repository" }
  /** The checkout that all plans share, or another work tree of the same repository. */
  | { readonly kind: "shared" | "linked"; readonly topLevel: string };

/** As many links in one path as systems follow. */
const MAX_LINKS = 40;
const MAX_PATH = 4_096;
const INTERNAL = /^\.(?:git|parallel)(?:\/|$)/i;

/**
 * Finds where paths lead: physically, link by link, as the system does when it opens them. Files are looked at, no
 * process is started.
 */
export class Places {
  /** What was looked at: one call is judged by one state of the files. */
  readonly #seen = new Map<string, Stats | undefined>();
  /** Top level of the work tree in which the agent works. */
  readonly home: string;
  /** Whether that is a work tree of the agent's own, and not the checkout that all share. */
  readonly isOwn: boolean;

  /**
   * @param directory the folder in which the agent's tools run.
   * @param given the worktree that the agent was given, wherever its tools run.
   */
  constructor(
    private readonly ctx: RunContext,
    directory: string,
    given?: string,
  ) {
    if (given !== undefined) {
      this.isOwn = true;
      this.home = this.realPath(given, true) ?? given;
      return;
    }
    const tree = this.workTreeAt(this.realPath(directory, true) ?? ctx.checkout.root);
    this.isOwn = tree.kind === "linked";
    this.home = tree.kind === "linked" ? tree.topLevel : ctx.checkout.root;
  }

  /**
   * @param path absolute; it need not exist.
   * @param follows whether a link at its end is followed.
   */
  placeOf(path: string, follows: boolean): Place {
    const real = this.realPath(path, follows);
    if (real === undefined) return { kind: "outside" };
    const { root, gitCommonDir } = this.ctx.checkout;
    const isTopLevel = this.#key(real) === this.#key(this.home);
    if (isTopLevel || this.#isAround(real)) return { kind: "whole", isTopLevel };
    const own = [gitCommonDir, this.ctx.commands.approved.realFolder];
    if (own.some((folder) => folder !== undefined && this.#below(folder, real) !== undefined)) {
      return { kind: "internal", path };
    }
    const tree = this.workTreeAt(real);
    const isIn = tree.kind === "linked" ? tree.topLevel : root;
    const inside = this.#below(isIn, real);
    if (inside === undefined) return { kind: "outside" };
    if (this.#key(isIn) !== this.#key(this.home)) return { kind: "elsewhere", topLevel: isIn };
    if (INTERNAL.test(inside)) return { kind: "internal", path: inside };
    return {
      kind: "inside",
      path: inside,
      is: isFolder(real) ? "folder" : this.#look(real) ? "file" : "nothing",
    };
  }

  /** The work tree around a real path: of this repository, of another, or none. */
  workTreeAt(real: string): WorkTree {
    const { root, gitCommonDir } = this.ctx.checkout;
    let other: WorkTree = { kind: "none" };
    for (let folder = real; ; folder = dirname(folder)) {
      if (this.#key(folder) === this.#key(root)) {
        return other.kind === "none" && gitCommonDir !== undefined
          ? { kind: "shared", topLevel: root }
          : other;
      }
      const git = join(folder, ".git");
      const info = this.#look(git);
      // Seen from a linked work tree, the repository's first one is a work tree like any other.
      if (gitCommonDir !== undefined && info && (git === gitCommonDir || isLinked(git, gitCommonDir))) {
        return { kind: "linked", topLevel: folder };
      }
      if (info !== undefined && other.kind === "none") other = { kind: "other-repository" };
      if (dirname(folder) === folder) return other;
    }
  }

  /** The path without links and dots; undefined for one that no system takes. */
  realPath(path: string, follows: boolean): string | undefined {
    if (!isAbsolute(path) || path.length > MAX_PATH || path.includes("\0")) return undefined;
    const { root } = parse(path);
    const segments = segmentsOf(path.slice(root.length));
    const followsLast = follows || /[\\/]\.?$/.test(path);
    let real = root;
    let links = 0;
    while (segments.length > 0) {
      const segment = segments.pop() ?? "";
      if (segment === "..") {
        real = dirname(real);
        continue;
      }
      const next = join(real, segment);
      const target = segments.length > 0 || followsLast ? this.#linkAt(next) : undefined;
      if (target === undefined) {
        real = next;
        continue;
      }
      if (++links > MAX_LINKS) return undefined;
      segments.push(...segmentsOf(isAbsolute(target) ? target.slice(parse(target).root.length) : target));
      if (isAbsolute(target)) real = parse(target).root;
    }
    return real;
  }

  #linkAt(path: string): string | undefined {
    return this.#look(path)?.isSymbolicLink() ? readlinkSync(path) : undefined;
  }

  /** What is at the path itself; undefined if nothing is, or nothing can be. */
  #look(path: string): Stats | undefined {
    if (!this.#seen.has(path)) this.#seen.set(path, look(path));
    return this.#seen.get(path);
  }

  /** Whether a work tree of the repository lies below the folder. */
  #isAround(real: string): boolean {
    const { root, gitCommonDir } = this.ctx.checkout;
    const own = [root, this.home, ...(gitCommonDir === undefined ? [] : [gitCommonDir])];
    if (own.some((folder) => this.#below(real, folder) !== undefined)) return true;
    if (gitCommonDir === undefined || !isFolder(real)) return false;
    return linkedWorkTrees(gitCommonDir).some(
      (folder) => this.#key(folder) === this.#key(real) || this.#below(real, folder) !== undefined,
    );
  }

  /** The path relative to the folder, with forward slashes; undefined if it is not below it. */
  #below(folder: string, path: string): string | undefined {
    const prefix = folder.endsWith(sep) ? folder : folder + sep;
    if (!this.#key(path).startsWith(this.#key(prefix)) || path.length <= prefix.length) return undefined;
    return path.slice(prefix.length).split(sep).join("/");
  }

  #key(path: string): string {
    return pathKey(path, this.ctx.caseInsensitive);
  }
}

/** Last to first, so that the next one is taken from the end. */
function segmentsOf(path: string): string[] {
  const segments = path.split(sep === "/" ? "/" : /[\\/]/);
  return segments.filter((segment) => segment !== "" && segment !== ".").reverse();
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

/** Whether the `.git` file is that of a linked work tree of this repository. */
function isLinked(gitFile: string, gitCommonDir: string): boolean {
  const folder = folderIn(gitFile, "gitdir: ");
  return folder !== undefined && dirname(folder) === join(gitCommonDir, "worktrees");
}

function linkedWorkTrees(gitCommonDir: string): string[] {
  const folder = join(gitCommonDir, "worktrees");
  try {
    return readdirSync(folder).flatMap((name) => {
      const gitFile = folderIn(join(folder, name, "gitdir"), "");
      return gitFile === undefined ? [] : [dirname(gitFile)];
    });
  } catch {
    return [];
  }
}

/** The real path that a file of git names. */
function folderIn(file: string, prefix: string): string | undefined {
  try {
    const text = readFileSync(file, "utf8").trim();
    const named = resolve(dirname(file), text.slice(prefix.length));
    return text.startsWith(prefix) ? join(realpathSync(dirname(named)), basename(named)) : undefined;
  } catch {
    return undefined;
  }
}

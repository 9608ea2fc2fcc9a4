import type { Dirent } from "node:fs";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { GitFailed, git, statusEntries } from "./git.ts";

/**
 * Repositories inside a work tree. A commit of the work tree holds no file of theirs, but only a link to a commit of
 * theirs: submodules are known to `.gitmodules`, any other is a folder in which somebody ran `git init` or `git clone`.
 */

/** What somebody did in a submodule and no commit of the work tree holds. */
export interface SubmoduleWork {
  readonly folder: string;
  readonly what:
    | { readonly kind: "files"; readonly example: string }
    /** A commit that no remote repository of the submodule is known to have. */
    | { readonly kind: "commit"; readonly commit: string };
}

/** A submodule that `.gitmodules` knows, and the commit of it that the work tree's index wants. */
export interface Submodule extends Link {
  readonly name: string;
}

/** A folder that the index holds as a link to a commit. */
export interface Link {
  readonly folder: string;
  readonly commit: string;
}

/** Files that are not in the index and that git does not ignore. Unlike a status, this looks at no file that git knows. */
const UNTRACKED = ["--others", "--exclude-standard"] as const;

/** Repositories that are not links yet and that git does not ignore, by their folders. */
export async function untrackedRepositories(root: string): Promise<string[]> {
  return repositoriesAmong((await git(root, ["ls-files", ...UNTRACKED, "-z"])).split("\0"));
}

function repositoriesAmong(untracked: readonly string[]): string[] {
  return untracked.flatMap((path) => (path.endsWith("/") ? path.slice(0, -1) : []));
}

/**
 * Takes links from the index that somebody has added and that are no submodules, as `git add` makes them of a
 * repository: nobody could follow them, and git looks at no file of a folder as long as the index has it as a link.
 * @param base the commit whose links stay.
 * @param links those of the index.
 * @returns those that are left.
 */
export async function dropDeadLinks(
  root: string,
  base: string,
  links: readonly Link[],
): Promise<readonly Link[]> {
  if (links.length === 0) return links;
  const [kept, modules] = [await linksAt(root, base, links), await submoduleFolders(root)];
  const dead = links.filter(({ folder }) => !kept.has(folder) && !modules.has(folder));
  if (dead.length === 0) return links;
  const input = dead.map(({ folder }) => `${folder}\0`).join("");
  await git(root, ["update-index", "--force-remove", "-z", "--stdin"], { input });
  return links.filter((link) => !dead.includes(link));
}

/**
 * The first submodule with work that a commit of the work tree would not hold.
 * @param links those of the index.
 */
export async function submoduleWork(
  root: string,
  base: string,
  links: readonly Link[],
): Promise<SubmoduleWork | undefined> {
  const before = links.length === 0 ? new Map<string, string>() : await linksAt(root, base, links);
  for (const { folder } of links) {
    const path = join(root, folder);
    const isCheckedOut = existsSync(join(path, ".git"));
    const example = isCheckedOut ? await changedIn(path) : await fileIn(path);
    if (example !== undefined) return { folder, what: { kind: "files", example: `${folder}/${example}` } };
    const commit = isCheckedOut ? await unknownCommit(path, before.get(folder)) : undefined;
    if (commit !== undefined) return { folder, what: { kind: "commit", commit } };
  }
  return undefined;
}

/** Whether files lie where a submodule would be checked out: git does not see them, and removes them with a worktree. */
export async function hasFilesOfSubmodules(root: string, links: readonly Link[]): Promise<boolean> {
  for (const { folder } of links) {
    if ((await fileIn(join(root, folder))) !== undefined) return true;
  }
  return false;
}

/** Whether a submodule that is checked out has a commit that no remote repository of it is known to have. */
export async function hasCommitsOfSubmodules(root: string, links: readonly Link[]): Promise<boolean> {
  for (const { folder, commit } of links) {
    const path = join(root, folder);
    if (!existsSync(join(path, ".git"))) continue;
    const own = ["rev-list", "--max-count=1", "--branches", "HEAD", "--not", commit, "--remotes", "--tags"];
    if ((await git(path, own)).trim() !== "") return true;
  }
  return false;
}

/** The submodules of a work tree. */
export async function submodulesAt(root: string): Promise<Submodule[]> {
  const names = await submoduleNames(root);
  if (names.size === 0) return [];
  return (await indexEntries(root)).links.flatMap((link) => {
    const name = names.get(link.folder);
    return name === undefined ? [] : [{ ...link, name }];
  });
}

/** Folders of submodules as `.gitmodules` names them; none where there is no such file, or no valid one. */
export async function submoduleFolders(root: string): Promise<ReadonlySet<string>> {
  return new Set((await submoduleNames(root)).keys());
}

/** Names of submodules by their folders. */
async function submoduleNames(root: string): Promise<ReadonlyMap<string, string>> {
  if (!existsSync(join(root, ".gitmodules"))) return new Map();
  try {
    const query = ["config", "-z", "--file", ".gitmodules", "--get-regexp", "^submodule\\..*\\.path$"];
    const entries = (await git(root, query)).split("\0");
    return new Map(
      entries.flatMap((entry) => {
        const [, name, folder] = /^submodule\.(.+)\.path\n(.+)$/s.exec(entry) ?? [];
        // Git refuses such a name as well: it would lead out of the folder for copies.
        return name === undefined || folder === undefined || /(?:^|\/)\.\.(?:\/|$)/.test(name)
          ? []
          : [[folder, name] as const];
      }),
    );
  } catch (error) {
    if (error instanceof GitFailed) return new Map();
    throw error;
  }
}

/** What in a work tree's index is more than a file as it is in the commit or was staged. */
export interface IndexEntries {
  readonly links: readonly Link[];
  /** Files of which there are two sides: nobody has staged a solution. */
  readonly unmerged: readonly string[];
  /** Files that git was told to take for unchanged, or for left out of a sparse checkout. */
  readonly overlooked: readonly string[];
}

export async function indexEntries(root: string): Promise<IndexEntries> {
  return parsedEntries(await listed(root));
}

/** The entries of a work tree's index, and the repositories that git would make links of; one question to git. */
export async function workTreeEntries(
  root: string,
): Promise<IndexEntries & { readonly repositories: readonly string[] }> {
  const entries = await listed(root, ...UNTRACKED);
  // What git does not know is marked by this, whatever its name is.
  const untracked = entries.flatMap((entry) => (entry.startsWith("? ") ? [entry.slice(2)] : []));
  return { ...parsedEntries(entries), repositories: repositoriesAmong(untracked) };
}

async function listed(root: string, ...options: readonly string[]): Promise<string[]> {
  return (await git(root, ["ls-files", "-v", "--stage", "-z", ...options])).split("\0");
}

function parsedEntries(entries: readonly string[]): IndexEntries {
  const [links, unmerged, overlooked]: [Link[], Set<string>, string[]] = [[], new Set(), []];
  for (const entry of entries) {
    const [, mark = "", mode, object = "", stage, path = ""] =
      /^([^\s?]) (\d+) (\w+) (\d)\t(.+)$/s.exec(entry) ?? [];
    if (mode === "160000") links.push({ commit: object, folder: path });
    // A file that is in the ancestor alone has moved to another name, where its conflict is.
    if (stage === "2" || stage === "3") unmerged.add(path);
    if (/[a-zS]/.test(mark)) overlooked.push(path);
  }
  return { links, unmerged: [...unmerged], overlooked };
}

/** Which of the links a commit has, and to what. */
async function linksAt(
  root: string,
  commit: string,
  links: readonly Link[],
): Promise<ReadonlyMap<string, string>> {
  const entries = await git(root, ["ls-tree", "-z", commit, "--", ...links.map(({ folder }) => folder)]);
  return new Map(
    entries.split("\0").flatMap((entry) => {
      const [, at, folder] = /^160000 commit (\w+)\t(.+)$/s.exec(entry) ?? [];
      return at === undefined || folder === undefined ? [] : [[folder, at] as const];
    }),
  );
}

async function changedIn(repository: string): Promise<string | undefined> {
  return (await statusEntries(repository))[0]?.slice(3);
}

/** The commit that is checked out, if it is not the one that the link led to and nobody else is known to have it. */
async function unknownCommit(repository: string, linked: string | undefined): Promise<string | undefined> {
  const head = (await git(repository, ["rev-parse", "HEAD"])).trim();
  if (head === linked) return undefined;
  const own = await git(repository, ["rev-list", "--max-count=1", head, "--not", "--remotes", "--tags"]);
  return own.trim() === "" ? undefined : head;
}

/** A file at any depth of a folder; undefined where there is none, and where it is a repository. */
async function fileIn(folder: string, below: string = folder): Promise<string | undefined> {
  const entries = await readdir(below, { withFileTypes: true }).catch((): Dirent[] => []);
  if (below === folder && entries.some(({ name }) => name === ".git")) return undefined;
  for (const entry of entries) {
    const path = join(below, entry.name);
    const found = entry.isDirectory() ? await fileIn(folder, path) : relative(folder, path);
    if (found !== undefined) return found.split(sep).join("/");
  }
  return undefined;
}

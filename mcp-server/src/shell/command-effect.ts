/**
 * What a shell command would do to files, as far as its text tells. Paths are absolute but not resolved: links and
 * `..` are for whoever can look at the files. `isPossible`: only if the shell is then in one of several folders.
 */
export type Effect = { readonly isPossible?: true } & (
  | (FileEffect | PlaceEffect | GitEffect)
  /** Makes a folder, which is harmless where one is already. */
  | { readonly kind: "folder"; readonly path: string }
);

export interface NamedFiles {
  readonly path: string;
  /** The path is a glob for names of files that exist; with `**`, at any depth. */
  readonly isPattern: boolean;
}

export interface FileEffect extends NamedFiles {
  readonly kind: "write";
  /** Whether the write goes through a symbolic link, or replaces or removes the link itself. */
  readonly follows: boolean;
  /** `tree`: if the path is a folder, whatever is below it as well. */
  readonly reach: "file" | "tree";
  /** `edits`: nothing where nothing is. `discards`: throws away what was not committed, of ended tasks as well. */
  readonly how: "writes" | "edits" | "discards";
}

/** Puts these into the folder at `path`, or one of them at `path` itself if no folder is there. */
export interface PlaceEffect extends Pick<FileEffect, "path" | "follows" | "reach"> {
  readonly kind: "place";
  readonly sources: readonly NamedFiles[];
}

/** A use of git, at a folder, that concerns more than files that it names. */
export interface GitEffect {
  readonly kind: "git";
  readonly directory: string;
  /** As it is shown, e.g. `git stash`. */
  readonly command: string;
  /** `shared`: an agent in a worktree of its own may do it there. */
  readonly forbidden: "shared" | "everywhere";
  /** A sentence: what is wrong with it and what to do instead. */
  readonly remedy: string;
  /** It is so only if these words of a `git checkout` are a branch and not paths, which only the files say. */
  readonly unlessPaths?: readonly string[];
}

/**
 * What a shell command would do to files, as far as its text tells. Paths are absolute but not resolved: links and
 * `..` are for whoever can look at the files.
 */
export type Effect =
  | FileEffect
  /** Puts these into the folder at `path`, or one of them at `path` itself if no folder is there. */
  | {
      readonly kind: "place";
      readonly path: string;
      readonly sources: readonly Source[];
      readonly follows: boolean;
      /** Where the new file leads, if it is a symbolic link: what comes after may write through it. */
      readonly linkTo?: string;
    }
  /** Makes a folder, which is harmless where one is already. */
  | { readonly kind: "folder"; readonly path: string }
  /** May change whatever matches the glob, at any depth below `folder`. */
  | { readonly kind: "search"; readonly folder: string; readonly glob: string }
  | PatchEffect
  | GitEffect
  /** `git checkout WORDS`, of which only the files say whether they are paths or a branch. */
  | { readonly kind: "checkout"; readonly directory: string; readonly words: readonly string[] };

/** What is moved, copied or linked; its last name is that of the new file. */
export interface Source {
  readonly path: string;
  /** As in a `FileEffect`. */
  readonly isPattern: boolean;
  /** Whether a folder there goes along with what is below it. */
  readonly takesFolders: boolean;
}

/** `tree`: if the path is a folder, whatever is below it as well. */
export type Reach = "file" | "tree";

export interface FileEffect {
  readonly kind: "write";
  readonly path: string;
  /** The path is a glob for names of files that exist. */
  readonly isPattern: boolean;
  /** Whether the write goes through a symbolic link, or replaces or removes the link itself. */
  readonly follows: boolean;
  readonly reach: Reach;
  /** `discards`: throws away what was not committed, also the work of tasks that have ended. */
  readonly how: "changes" | "removes" | "discards";
}

export interface PatchEffect {
  readonly kind: "patch";
  /** The paths in the patch are relative to this folder, or to the top level of its work tree. */
  readonly directory: string;
  readonly fromTopLevel: boolean;
  /** Leading folders that are cut off the paths. */
  readonly strip: number;
  readonly source: { readonly text: string } | { readonly file: string };
}

/** A use of git that concerns more than files that it names. */
export interface GitEffect {
  readonly kind: "git";
  /** Where git looks for its repository. */
  readonly directory: string;
  /** As it is shown, e.g. `git stash`. */
  readonly command: string;
  /** `shared`: an agent in a worktree of its own may do it there. */
  readonly forbidden: "shared" | "everywhere";
  /** A sentence: what is wrong with it and what to do instead. */
  readonly remedy: string;
}

/** A write of one file, through links. */
export function writeOf(path: string, isPattern = false): FileEffect {
  return { kind: "write", path, isPattern, follows: true, reach: "file", how: "changes" };
}

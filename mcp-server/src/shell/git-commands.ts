import {
  type Arguments,
  has,
  type OptionShape,
  optionValue,
  readCommandArguments,
} from "./command-arguments.ts";
import { type Effect, type FileEffect, type GitEffect, writeOf } from "./command-effect.ts";
import { type Invocation, patches, sources } from "./file-commands.ts";
import { absolutePath, type Value } from "./shell-words.ts";

/** A subcommand of git, in its repository. */
interface GitInvocation extends Invocation {
  readonly directory: string;
  readonly subcommand: string;
}

const LEAVE = "Leave your changes uncommitted in the files: task_report hands them over.";
const UNSTAGED =
  "Other agents and the user share the index. Leave your files unstaged: task_report hands them over.";
const STAY = "Every agent works on the files of this branch. Stay on it.";
const NO_HISTORY = "The branch is shared with other agents. Leave history to whoever runs the plan.";
const NOT_YOURS = "It may hold work of other tasks. Leave it to whoever runs the plan.";

const REMEDIES: Readonly<Record<string, string>> = {
  stash:
    "The stash takes the changes of every agent away. Leave your changes where they are, or undo your own edits.",
  reset: "It undoes what other agents and the user did. Undo your own edits file by file.",
  clean: "It removes the new files of other agents. Remove only files that you made, by name.",
  commit: LEAVE,
  add: UNSTAGED,
  stage: UNSTAGED,
  "update-index": UNSTAGED,
  "read-tree": UNSTAGED,
  "checkout-index": UNSTAGED,
  switch: STAY,
  "sparse-checkout": STAY,
  bisect: STAY,
  merge: NO_HISTORY,
  rebase: NO_HISTORY,
  pull: NO_HISTORY,
  "cherry-pick": NO_HISTORY,
  revert: NO_HISTORY,
  am: NO_HISTORY,
  push: "Agents do not publish. Leave pushing to the user.",
  "update-ref": NO_HISTORY,
  "symbolic-ref": NO_HISTORY,
  "filter-branch": NO_HISTORY,
  "filter-repo": NO_HISTORY,
  reflog: NOT_YOURS,
  gc: NOT_YOURS,
  prune: NOT_YOURS,
  worktree: NOT_YOURS,
  branch: NOT_YOURS,
  tag: NOT_YOURS,
};

/** What an agent may not do even in a worktree of its own, because all worktrees share it. */
const NEVER = new Set([
  ...["stash", "push", "switch", "sparse-checkout", "bisect", "update-ref", "symbolic-ref", "filter-branch"],
  ...["filter-repo", "reflog", "gc", "prune", "worktree", "branch", "tag"],
]);

/** Uses of otherwise refused subcommands that change nothing. */
const HARMLESS: Readonly<Record<string, (args: Arguments) => boolean>> = {
  stash: ({ operands }) => /^(list|show)$/.test(operands[0]?.text ?? ""),
  clean: (args) => has(args, "n", "dry-run"),
  commit: (args) => has(args, "dry-run"),
  add: (args) => has(args, "n", "dry-run"),
  stage: (args) => has(args, "n", "dry-run"),
  push: (args) => has(args, "n", "dry-run"),
  bisect: ({ operands }) => /^(log|view|visualize|help)$/.test(operands[0]?.text ?? ""),
  "sparse-checkout": ({ operands }) => operands[0]?.text === "list",
  "symbolic-ref": (args) => args.operands.length < 2 && !has(args, "d", "delete"),
  reflog: ({ operands }) => !/^(expire|delete|drop)$/.test(operands[0]?.text ?? ""),
  worktree: ({ operands }) => !/^(remove|prune|move)$/.test(operands[0]?.text ?? ""),
  branch: (args) =>
    !has(args, "d", "D", "m", "M", "f", "C", "delete", "move", "force") &&
    !(has(args, "u", "set-upstream-to") && args.operands.length > 1),
  tag: (args) => !has(args, "d", "f", "delete", "force"),
  merge: (args) => has(args, "stat") && args.operands.length === 0,
};

const GLOBAL: OptionShape = {
  letters: "Cc",
  names: ["git-dir", "work-tree", "namespace", "exec-path", "config-env", "super-prefix"],
  isPrefix: true,
};
const SHAPES: Readonly<Record<string, OptionShape>> = {
  restore: { letters: "sU", names: ["source", "pathspec-from-file"] },
  checkout: { letters: "bB", names: ["orphan", "pathspec-from-file", "conflict"] },
  clean: { letters: "e", names: ["exclude"] },
  apply: { letters: "pCx", names: ["directory", "include", "exclude"] },
};

/**
 * What a call of git does to the checkout. Only changes are named; reading passes.
 * @param directory where it runs; undefined when that cannot be known.
 */
export function gitEffects(run: Invocation, directory: string | undefined): readonly Effect[] {
  const global = readCommandArguments(run.args, GLOBAL);
  const [subcommand, ...args] = global.operands;
  const folder = (global.values.get("C") ?? []).reduce((from, into) => absolutePath(into, from), directory);
  const workTree = optionValue(global, "work-tree");
  const where = workTree === undefined ? folder : run.pathOf(workTree);
  if (subcommand === undefined || where === undefined) return [];
  const pathOf = (value: Value) => absolutePath(value, where);
  return subcommandEffects({ ...run, args, pathOf, directory: where, subcommand: subcommand.text });
}

function subcommandEffects(run: GitInvocation): readonly Effect[] {
  const { subcommand } = run;
  const args = readCommandArguments(run.args, SHAPES[subcommand]);
  const output = optionValue(args, "output");
  const outputs = output === undefined ? [] : filesAt(run, [output]);
  switch (subcommand) {
    case "checkout":
      return checkout(run, args);
    case "restore":
      return restore(run, args);
    case "apply":
      return has(args, "check", "stat", "numstat", "summary") ? [] : apply(run, args);
    case "rm":
      return has(args, "n", "dry-run") ? [] : pathspecs(run, args.operands, "removes");
    case "mv":
      return has(args, "n", "dry-run") ? [] : rename(run, args);
  }
  const remedy = Object.hasOwn(REMEDIES, subcommand) ? REMEDIES[subcommand] : undefined;
  if (remedy === undefined) return outputs;
  const isHarmless = Object.hasOwn(HARMLESS, subcommand) && HARMLESS[subcommand]?.(args);
  return isHarmless || has(args, "help") ? outputs : [forbidden(run, remedy)];
}

function forbidden(run: GitInvocation, remedy: string, how = ""): GitEffect {
  return {
    kind: "git",
    directory: run.directory,
    command: `git ${run.subcommand}${how}`,
    forbidden: NEVER.has(run.subcommand) || remedy === STAY ? "everywhere" : "shared",
    remedy,
  };
}

function checkout(run: GitInvocation, args: Arguments): readonly Effect[] {
  if (has(args, "b", "B", "orphan", "detach", "d", "t", "track")) return [forbidden(run, STAY)];
  if (has(args, "f", "force", "p", "patch", "pathspec-from-file", "m", "merge")) {
    return [{ ...forbidden(run, REMEDIES.reset ?? ""), forbidden: "shared" }];
  }
  if (args.afterDashes !== undefined) return pathspecs(run, args.afterDashes, "discards");
  const words = args.operands.flatMap((operand) =>
    operand === undefined ? [] : [operand.pattern ?? operand.text],
  );
  return words.length === 0 ? [] : [{ kind: "checkout", directory: run.directory, words }];
}

/** The refusal of a checkout that turns out to switch branches. */
export function switchesBranch(directory: string): GitEffect {
  return { kind: "git", directory, command: "git checkout", forbidden: "everywhere", remedy: STAY };
}

function restore(run: GitInvocation, args: Arguments): readonly Effect[] {
  const staged = has(args, "S", "staged") ? [forbidden(run, UNSTAGED, " --staged")] : [];
  if (has(args, "p", "patch", "pathspec-from-file")) return [forbidden(run, REMEDIES.reset ?? "")];
  const touchesFiles = staged.length === 0 || has(args, "W", "worktree");
  return [...staged, ...(touchesFiles ? pathspecs(run, args.operands, "discards") : [])];
}

function apply(run: GitInvocation, args: Arguments): readonly Effect[] {
  if (has(args, "index", "cached", "3", "3way")) return [forbidden(run, UNSTAGED, " --index")];
  const strip = Number(optionValue(args, "p")?.text ?? 1);
  const folder = optionValue(args, "directory");
  const how = { fromTopLevel: folder === undefined, strip: Number.isNaN(strip) ? 1 : strip };
  const directory = folder === undefined ? run.directory : absolutePath(folder, run.directory);
  const patchFiles = args.operands.length === 0 ? [undefined] : args.operands;
  return patchFiles.flatMap((file) => patches(run, directory, file, how));
}

function rename(run: GitInvocation, args: Arguments): readonly Effect[] {
  const path = run.pathOf(args.operands.at(-1));
  const from = args.operands.slice(0, -1);
  if (path === undefined || from.length === 0) return [];
  return [
    ...pathspecs(run, from, "removes"),
    { kind: "place", path, sources: sources(run, from, true), follows: false },
  ];
}

/** Paths as git takes them: a folder stands for what is below it, `:/` for the top level. */
function pathspecs(
  run: GitInvocation,
  operands: readonly Value[],
  how: FileEffect["how"],
): readonly Effect[] {
  return operands.flatMap((operand): readonly Effect[] => {
    if (operand === undefined) return [];
    // Wildcards that the shell leaves to git match at every depth.
    if (/^:[/(!^]/.test(operand.text) || (operand.pattern === undefined && /[*?]/.test(operand.text))) {
      return [
        forbidden(run, "Name your own files one by one, without wildcards and without a leading colon."),
      ];
    }
    const path = run.pathOf(operand);
    if (path === undefined) return [];
    const isPattern = operand.pattern !== undefined;
    return [{ ...writeOf(path, isPattern), follows: false, reach: "tree" as const, how }];
  });
}

function filesAt(run: GitInvocation, values: readonly Value[]): readonly Effect[] {
  return values.flatMap((value) => {
    const path = run.pathOf(value);
    return path === undefined ? [] : [writeOf(path)];
  });
}

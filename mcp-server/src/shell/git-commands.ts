import type { Effect, FileEffect, GitEffect } from "./command-effect.ts";
import { ProgramArguments, type Run } from "./program-arguments.ts";
import { absolutePath, isPattern, pathOrGlob, type Words } from "./shell-words.ts";
import { files, placed } from "./writing-programs.ts";

const UNSTAGED = "All share one index. Leave your files unstaged: task_report hands them over.";
const STAY = "Every agent works on the files of this branch. Stay on it.";
const NO_HISTORY = "The branch is shared with other agents. Leave history to whoever runs the plan.";
const UNDOES = "It undoes what other agents and the user did. Undo your own edits file by file.";
const STASH = "The stash takes the changes of every agent away. Leave yours where they are, or undo them.";
const NOT_YOURS = "It may hold work of other tasks. Leave it to whoever runs the plan.";
const BY_NAME = "Name your own files one by one, without wildcards and without a leading colon.";

/** `everywhere`: not even in a worktree of the agent's own, because all worktrees share it. */
const RULES: readonly (readonly [subcommands: string, GitEffect["forbidden"], remedy: string])[] = [
  ["stash", "everywhere", STASH],
  ["reset", "shared", UNDOES],
  ["clean", "shared", "It removes the new files of other agents. Remove only files that you made, by name."],
  ["commit", "shared", "Leave your changes uncommitted in the files: task_report hands them over."],
  ["add stage update-index read-tree checkout-index", "shared", UNSTAGED],
  ["switch sparse-checkout bisect", "everywhere", STAY],
  ["merge rebase pull cherry-pick revert am", "shared", NO_HISTORY],
  ["update-ref symbolic-ref filter-branch filter-repo", "everywhere", NO_HISTORY],
  ["push", "everywhere", "Agents do not publish. Leave pushing to the user."],
  ["reflog gc prune worktree branch tag", "everywhere", NOT_YOURS],
];

/** Uses of a subcommand of those that change nothing. */
const HARMLESS =
  /^(?:stash (?:list|show)\b|(?:clean|add|stage|push) (?:.* )?(?:-\w*n|--dry-run)|commit (?:.* )?--dry-run|(?:am|rebase) --show-current|merge --stat$|bisect (?:log|view|visualize|help)\b|sparse-checkout list|symbolic-ref (?!.*(?:-d|--delete))(?:-\S+ )*\S+$|reflog(?! expire| delete| drop)|worktree(?! remove| prune| move)|branch(?!.* (?:-\w*[dDmMfC]|--(?:delete|move|force)|(?:-u|--set-upstream-to)\S* \S+ \S))|tag(?!.* (?:-\w*[df]|--(?:delete|force))))/;

/** What a call of git, or of `gh` or `glab`, does to the checkout. Only changes are named; reading passes. */
export function gitEffects(name: string, run: Run): readonly Effect[] {
  const global = new ProgramArguments(run.args, "Cc git-dir work-tree namespace exec-path", true);
  const [subcommand, ...words] = global.operands;
  const folders = global.values("C work-tree");
  const directory = folders.reduce((from, into) => absolutePath(into, from), run.directory);
  const args = new ProgramArguments(words, subcommand === "checkout" ? "bB" : "sCUe source");
  if (subcommand === undefined || directory === undefined || args.has("help")) return [];
  const { operands, afterDashes } = args;
  const at = { ...run, args: words, directory };
  const forbid = (remedy: string, how = "", forbidden: GitEffect["forbidden"] = "shared") =>
    [{ kind: "git", directory, command: `${name} ${subcommand}${how}`, forbidden, remedy }] as const;
  /** Paths as git takes them: a folder stands for what is below it, `:/` for the top level. */
  const pathspecs = (paths: Words, how: FileEffect["how"]) =>
    paths.flatMap((path): readonly Effect[] => {
      const isOwnPattern = !isPattern(path) && /^:[/(!^]|[*?]/.test(path ?? "");
      return isOwnPattern ? forbid(BY_NAME) : files(at, [path], { follows: false, reach: "tree", how });
    });

  if (name !== "git") return operands[0] === "checkout" ? forbid(STAY, " checkout", "everywhere") : [];
  switch (args.has("n dry-run") ? "" : subcommand) {
    case "checkout": {
      if (args.has("b B orphan detach d t track")) return forbid(STAY, "", "everywhere");
      if (args.has("f force p patch pathspec-from-file m merge")) return forbid(UNDOES);
      if (afterDashes) return pathspecs(afterDashes, "discards");
      const known = operands.flatMap((operand) => (operand === undefined ? [] : pathOrGlob(operand).path));
      const [switched] = forbid(STAY, "", "everywhere");
      return known.length === 0 ? [] : [{ ...switched, unlessPaths: known }];
    }
    case "restore": {
      if (args.has("p patch pathspec-from-file")) return forbid(UNDOES);
      const staged = args.has("S staged") ? forbid(UNSTAGED, " --staged") : [];
      if (args.has("S staged") && !args.has("W worktree")) return staged;
      return [...staged, ...pathspecs(operands, "discards")];
    }
    case "apply":
      return args.has("index cached 3 3way") ? forbid(UNSTAGED, " --index") : [];
    case "rm":
      return pathspecs(operands, "edits");
    case "mv":
      return placed("mv", at);
    case "submodule": {
      const [word, ...paths] = operands;
      if (!args.has("f force") || !/^(?:update|deinit)$/.test(word ?? "")) return [];
      return paths.length > 0 ? pathspecs(paths, "discards") : forbid(UNDOES, ` ${word}`);
    }
  }
  const [, forbidden, remedy] = RULES.find(([names]) => names.split(" ").includes(subcommand)) ?? [];
  if (remedy === undefined || HARMLESS.test([subcommand, ...words.map((word) => word ?? "?")].join(" ")))
    return files(at, args.values("output"));
  return forbid(remedy, "", forbidden);
}

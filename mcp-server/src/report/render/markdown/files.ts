import { plural } from "../../../text/format.ts";
import { codeSpan, escapeProse } from "../../../text/inline-code.ts";
import { escapeMarkdown, NAME_LIMIT } from "../../../text/sanitize.ts";
import type { RunReport } from "../../aggregate.ts";
import { bold, grouped, name, some } from "./names.ts";

type Branch = NonNullable<RunReport["work"]["branch"]>;

export function fileLines(report: RunReport): string[] {
  const { sharedFiles, outsideScope, scopeTruth, ignoredFiles = [], gitMoves = [], undone = [] } = report;
  return [
    ...sharedFiles.map(({ path, tasks, atTheSameTime }) => {
      const who = tasks.map((task) => escapeMarkdown(task, NAME_LIMIT)).join(", ");
      const when = atTheSameTime ? "**at the same time**" : "one after another";
      return `- ${escapeMarkdown(path, NAME_LIMIT)} was changed by ${who}, ${when}`;
    }),
    ...outsideScope
      .filter((one) => !isSaidOfHolder(one, scopeTruth))
      .map(({ task, path, granted }) => {
        const how = granted ? "granted while it ran" : "**not granted**";
        return `- ${escapeMarkdown(path, NAME_LIMIT)} was changed by ${escapeMarkdown(task, NAME_LIMIT)} outside its scope, ${how}`;
      }),
    ...scopeTruthLines(scopeTruth),
    ...grouped(undone, ({ task, by }) => JSON.stringify([task, by])).map((files) => {
      const { task, by } = files[0];
      const paths = [...new Set(files.map(({ path }) => path))].map(name);
      return `- ${name(by)} changed ${some(paths)}, which ${bold(task)} held: **undone at once**, and both versions are kept`;
    }),
    ...notSeenLines(report),
    ...gitMoves.map((text) => `- In git, ${escapeProse(text)}`),
    ...(ignoredFiles.length === 0
      ? []
      : [`- Git ignores ${some(ignoredFiles.map(name))}: no commit holds what was changed there`]),
  ];
}

/** The line of the task that held the file says it. */
function isSaidOfHolder(
  { task, path }: RunReport["outsideScope"][number],
  { byOthers }: RunReport["scopeTruth"],
): boolean {
  return byOthers.some((one) => one.path === path && one.by.length === 1 && one.by[0] === task);
}

/** One line for all files of which the same holds. */
function scopeTruthLines({
  strays,
  undeclared,
  byOthers,
  unchanged,
  unobserved,
}: RunReport["scopeTruth"]): string[] {
  const named = <T extends { readonly path: string; readonly how: string }>(files: readonly T[]) =>
    files.map(({ path, how }) => `${name(path)}${how === "removed" ? " (removed)" : ""}`);
  return [
    ...grouped(strays, ({ by, scopeOf }) => JSON.stringify([by, scopeOf])).map((files) => {
      const { by, scopeOf } = files[0];
      const others = scopeOf.filter((task) => !by.includes(task));
      const where = others.length === 0 ? "" : ` (in the scope of ${some(others.map(name))})`;
      const who = some([...by.map(name), "the main conversation", "another program"], " or ");
      return `- ${some(named(files))}${where} changed **outside the scope of all who ran** (${some(by.map(name))}), and nobody reported it: by ${who}`;
    }),
    ...grouped(undeclared, ({ task, orBy }) => JSON.stringify([task, orBy])).map((files) => {
      const { task, orBy } = files[0];
      const or = orBy.length === 0 ? "" : ` (unless ${some(orBy.map(name), " or ")} wrote there)`;
      return `- ${bold(task)} did not report ${some(named(files))}, changed in its scope${or}`;
    }),
    ...grouped(byOthers, ({ task, by }) => JSON.stringify([task, by])).map((files) => {
      const { task, by } = files[0];
      const who = by.length === 0 ? "a person or another program" : some(by.map(name), " or ");
      return `- ${some(named(files))} of ${bold(task)} changed while it ran, and **not by it**: by ${who}`;
    }),
    ...grouped(unchanged, ({ task }) => task).map((files) => {
      const paths = files.map(({ path }) => name(path));
      return `- ${bold(files[0].task)} reported ${some(paths)}, which **did not change**`;
    }),
    ...grouped(unobserved, ({ why }) => why).map((tasks) => {
      const who = some(tasks.map(({ task }) => name(task)));
      return `- What ${who} really changed was not measured: ${escapeMarkdown(tasks[0].why)}`;
    }),
  ];
}

/** What no other line says: of a task that nobody observed all is only reported. */
function notSeenLines({ tasks, scopeTruth, ignoredFiles = [] }: RunReport): string[] {
  const { unchanged, unobserved } = scopeTruth;
  return tasks
    .filter(({ task }) => !unobserved.some((one) => one.task === task))
    .flatMap(({ task, notSeen }) => {
      const isSaid = (path: string) =>
        ignoredFiles.includes(path) || unchanged.some((one) => one.task === task && one.path === path);
      const paths = notSeen.filter((path) => !isSaid(path)).map(name);
      return paths.length === 0 ? [] : [`- ${bold(task)} reported ${some(paths)}, which nobody saw change`];
    });
}

function branchLine({ name: branch, merged, takeOver, delivery }: Branch): string {
  const work = `- The work of ${plural(merged.length, "task")} is on the branch ${name(branch)}`;
  if (delivery?.kind === "delivered") {
    const { how, files } = delivery;
    return how === "merge"
      ? `${work}, and merged into the branch that was checked out.`
      : `${work}, and in your checkout, as uncommitted changes of ${plural(files.length, "file")}.`;
  }
  if (delivery?.kind === "refused") {
    const { reason, files, command } = delivery;
    const which = files.length === 0 ? "" : `: ${some(files.map(name))}`;
    return `${work}. **It is not in your checkout, where nothing was touched**: ${escapeMarkdown(reason)}${which}. When that is settled: ${codeSpan(command)}, or ${codeSpan(takeOver)}`;
  }
  return `${work}. Your own branch was not moved; take it over with: ${codeSpan(takeOver)}`;
}

export function commitLines({ work }: RunReport): string[] {
  const { branch, conflicts, kept, commits, leftOut, skipped } = work;
  return [
    ...(branch ? [branchLine(branch)] : []),
    ...conflicts.map(({ task, files, mergeTask, solved, redWith }) => {
      const state = solved ? `solved by ${bold(mergeTask)}` : `**not merged yet**, see ${bold(mergeTask)}`;
      if (redWith === undefined)
        return `- ${bold(task)} conflicted in ${files.map(name).join(", ")}: ${state}`;
      const others = redWith.length === 0 ? "" : ` with the work of ${some(redWith.map(bold))}`;
      return `- ${bold(task)} was red at the gate${others}: ${state}`;
    }),
    ...kept.map(
      ({ task, path, branch: on }) =>
        `- ${bold(task)} left work that is not merged in the worktree ${name(path)} (branch ${name(on)})`,
    ),
    ...commits.map(
      ({ task, commit, files }) => `- ${bold(task)}: commit ${commit.slice(0, 12)}, ${plural(files, "file")}`,
    ),
    ...leftOut.map(
      ({ task, path, why }) =>
        `- ${name(path)} of ${bold(task)} was **not committed**: ${why === "by others" ? "the task does not report it, and only others were seen to change it" : "it was changed before the task began"}`,
    ),
    ...skipped.map((reason) => `- **Not committed**: ${escapeMarkdown(reason)}`),
  ];
}

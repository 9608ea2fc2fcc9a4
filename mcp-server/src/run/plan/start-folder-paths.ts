import { existsSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { scopeOf, type TaskDefinition } from "../../graph/task.ts";
import { shownPath } from "../../text/display-path.ts";
import type { RunContext } from "../project/run-context.ts";

/** More paths than these in one warning are no help. */
const MAX_NAMED = 5;

/**
 * Paths of tasks that are meant from the folder of the session, a package of the repository: read from the top level,
 * as all paths of tasks are, they lead nowhere.
 */
export function startFolderWarnings(ctx: RunContext, tasks: readonly TaskDefinition[]): string[] {
  const { directory, checkout } = ctx;
  if (directory === checkout.root) return [];
  const here = relative(checkout.root, directory).split(sep).join("/");
  const leadsHere = (glob: string) => {
    const literal = glob.split("/").slice(0, firstPattern(glob)).join("/");
    // What is still to be made has its folder already.
    const place = [literal, posix.dirname(literal)].find(
      (path) =>
        path !== "" && path !== "." && [checkout.root, directory].some((at) => existsSync(join(at, path))),
    );
    return place !== undefined && !existsSync(join(checkout.root, place));
  };
  const found = tasks.flatMap((task) => {
    const { writes, reads } = scopeOf(task);
    return [...writes, ...reads].filter(leadsHere).map((glob) => ({ glob, task: task.id }));
  });
  const [first] = found;
  if (!first) return [];
  const named = found.slice(0, MAX_NAMED).map(({ glob, task }) => `${shownPath(glob)} (${task})`);
  const more = found.length > MAX_NAMED ? ` and ${found.length - MAX_NAMED} more` : "";
  return [
    `Paths of tasks lead from the repository's top level, where there is no ${named.join(", ")}${more}; from ${shownPath(here)}, the folder of this session, there is. If that is meant, write it so: ${shownPath(posix.join(here, first.glob))}.`,
  ];
}

function firstPattern(glob: string): number {
  const segments = glob.split("/");
  const at = segments.findIndex((segment) => /[*?[{(!\\]/.test(segment));
  return at < 0 ? segments.length : at;
}

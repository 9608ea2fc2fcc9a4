import type { GitMove, GitMoved, ToolCaller } from "../../graph/effect.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { shownPath } from "../../text/display-path.ts";

/** Characters of a commit's name that are shown. */
const SHORT = 7;
/** Calls that are named; of more only the number is told. */
const MAX_NAMES = 5;

/** The move in words; names by others are quoted where they could mislead. */
export function gitMoveText(move: GitMove): string {
  const text = textOf(move);
  return move.repository === undefined ? text : `in ${shownPath(move.repository)}: ${text}`;
}

/** Who ran while it moved, in words; tasks of that plan without its name. */
export function whileWhoRan({ calls, by, doubts = [] }: GitMoved, plan: PlanSlug): string {
  const names = [...new Set(calls.map(({ caller }) => callerText(caller, plan)))];
  if (by === "nobody") return "while no call ran (by a person or another program)";
  const shown = names.slice(0, MAX_NAMES);
  const all = names.length > shown.length ? [...shown, `${names.length - shown.length} more`] : shown;
  const ran =
    all.length === 0
      ? "something that is not known"
      : [all.slice(0, -1).join(", "), ...all.slice(-1)].filter((part) => part !== "").join(" and ");
  return `while ${ran} ran${doubts.length === 0 ? "" : ` (${doubts.join("; ")})`}`;
}

/** A line per move, such as `main moved from 1234567 to 89abcde while 1 and 2 ran`. */
export function gitMovedLines(moved: GitMoved, plan: PlanSlug): string[] {
  const who = whileWhoRan(moved, plan);
  return [
    ...moved.moves.map((move) => `${gitMoveText(move)} ${who}`),
    ...(moved.unlisted === undefined ? [] : [`${moved.unlisted} more moves in git ${who}`]),
  ];
}

/** What an agent whose files lie in the checkout is told. */
export function gitMovedNote(moved: GitMoved, plan: PlanSlug): string {
  return `${gitMovedLines(moved, plan).join(". ")}. Do not undo it: read your files again before you go on, and name it in your report.`;
}

function textOf(move: GitMove): string {
  switch (move.what) {
    case "head": {
      const [from, to] = [placeOf(move.from), placeOf(move.to)];
      const isSwitch = isRef(move.from) || isRef(move.to);
      return isSwitch ? `HEAD switched from ${from} to ${to}` : `HEAD moved from ${from} to ${to}`;
    }
    case "branch":
    case "tag": {
      const name = move.what === "tag" ? `the tag ${shownPath(move.name)}` : shownPath(move.name);
      const how = move.how === undefined ? "" : ` (${move.how})`;
      if (move.from === undefined) return `${name} was made at ${short(move.to)}`;
      if (move.to === undefined) return `${name} was deleted (it was at ${short(move.from)})`;
      return `${name} moved from ${short(move.from)} to ${short(move.to)}${how}`;
    }
    case "stash": {
      const parts = [
        ...(move.gone > 0 ? [entries(move.gone, "gone")] : []),
        ...(move.added > 0 ? [entries(move.added, "added")] : []),
      ];
      return parts.join(" and ");
    }
    case "index":
      return "the index changed";
    case "gone":
      return "the repository is gone";
  }
}

function entries(count: number, how: "gone" | "added"): string {
  const is = count === 1 ? "a stash entry" : `${count} stash entries`;
  return how === "gone"
    ? `${is} ${count === 1 ? "is" : "are"} gone`
    : `${is} ${count === 1 ? "was" : "were"} added`;
}

function isRef(place: string): boolean {
  return place.startsWith("refs/");
}

function placeOf(place: string): string {
  return isRef(place) ? shownPath(place.replace(/^refs\/heads\//, "")) : short(place);
}

function short(commit: string | undefined): string {
  return shownPath((commit ?? "").slice(0, SHORT));
}

/** Who makes a call, in words; a task of that plan without its name. */
export function callerText({ task, agentId }: ToolCaller, plan: PlanSlug): string {
  if (task !== undefined) return shownPath(task.startsWith(`${plan}/`) ? task.slice(plan.length + 1) : task);
  return agentId === undefined ? "the main conversation" : "an agent without a task";
}

import type { Effect } from "../../mcp-server/src/shell/command-effect.ts";
import { effectsOf } from "../../mcp-server/src/shell/shell-command.ts";

const FACTS = { directory: "/repo", home: "/home/me", topLevel: "/repo" };

/** What is recognised of a command that runs at `/repo`, one line for each effect, paths relative to it. */
export function recognised(command: string): string[] {
  return effectsOf(command, FACTS).map(lineOf);
}

function lineOf(effect: Effect): string {
  switch (effect.kind) {
    case "write": {
      const what = { changes: "write", removes: "remove", discards: "discard" }[effect.how];
      const words = [what, effect.reach === "tree" ? "tree" : "", effect.isPattern ? "glob" : ""];
      return [...words.filter((word) => word !== ""), short(effect.path)].join(" ");
    }
    case "place": {
      const from = effect.sources.map(
        ({ path, takesFolders }) => `${short(path)}${takesFolders ? "/**" : ""}`,
      );
      return `${effect.linkTo === undefined ? "put" : "link"} ${from.join(" ")} at ${short(effect.path)}`;
    }
    case "folder":
      return `folder ${short(effect.path)}`;
    case "search":
      return `search ${short(effect.folder)} for ${effect.glob}`;
    case "patch": {
      const source = "file" in effect.source ? short(effect.source.file) : "input";
      return `patch from ${source} in ${effect.fromTopLevel ? "top level" : short(effect.directory)}`;
    }
    case "git":
      return `${effect.command} refused ${effect.forbidden} in ${short(effect.directory)}`;
    case "checkout":
      return `checkout ${effect.words.join(" ")} in ${short(effect.directory)}`;
  }
}

function short(path: string): string {
  return path === "/repo" ? "." : path.replace(/^\/repo\//, "");
}

import type { Effect } from "../../mcp-server/src/shell/command-effect.ts";
import { effectsOf } from "../../mcp-server/src/shell/shell-command.ts";

const FACTS = {
  directory: "/repo",
  home: "/home/me",
  topLevel: "/repo",
  isFolder: (path: string) => !path.includes("missing"),
  packageScript: (name: string) =>
    name === "format" ? { text: "prettier --write src", directory: "/repo" } : undefined,
};

/** What is recognised of a command that runs at `/repo`, one line for each effect, paths relative to it. */
export function recognised(command: string): string[] {
  return effectsOf(command, FACTS).map((effect) => `${effect.isPossible ? "perhaps " : ""}${lineOf(effect)}`);
}

function lineOf(effect: Effect): string {
  switch (effect.kind) {
    case "write": {
      const what = { writes: "write", edits: "edit", discards: "discard" }[effect.how];
      const words = [what, effect.reach === "tree" ? "tree" : "", effect.isPattern ? "glob" : ""];
      return [...words.filter((word) => word !== ""), short(effect.path)].join(" ");
    }
    case "place": {
      const from = effect.sources.map(({ path }) => `${short(path)}${effect.reach === "tree" ? "/**" : ""}`);
      return `put ${from.join(" ")} at ${short(effect.path)}`;
    }
    case "folder":
      return `folder ${short(effect.path)}`;
    case "git":
      if (effect.unlessPaths) return `checkout ${effect.unlessPaths.join(" ")} in ${short(effect.directory)}`;
      return `${effect.command} refused ${effect.forbidden} in ${short(effect.directory)}`;
  }
}

function short(path: string): string {
  return path === "/repo" ? "." : path.replace(/^\/repo\//, "");
}

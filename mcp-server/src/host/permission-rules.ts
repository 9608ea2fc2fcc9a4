import type { HostSettings } from "./settings.ts";

/** What the host lets agents do without asking, as far as the rules of its settings tell. It is a forecast, and grants nothing. */
export interface PermittedByRules {
  /** Every edit of a file in the project. */
  readonly edits: boolean;
  /** Whether a command runs without a question. */
  readonly runs: (command: string) => boolean;
}

/** Rules for all files of the project; one for Edit holds for every tool that writes files. */
const ALL_EDITS = /^Edit(?:\((?:\.\/|\/)?\*\*\))?$/;
/** With these a command is several, of which each would need a rule. */
const SEVERAL = /[;&|<>()`$\n\\]/;

/** What one rule asks for or refuses, no other permits: where there is such a rule for a tool, nothing is foretold of it. */
export function permittedByRules({ files, unreadable }: HostSettings): PermittedByRules {
  const rulesOf = (kind: "allow" | "ask" | "deny") =>
    files
      .flatMap(({ settings }) => settings.permissions?.[kind] ?? [])
      .filter((rule) => typeof rule === "string");
  const restricted = [...rulesOf("ask"), ...rulesOf("deny")];
  const isOpen = (tools: RegExp) => unreadable.length === 0 && !restricted.some((rule) => tools.test(rule));
  const allow = rulesOf("allow");
  const commands = isOpen(/^Bash\b/) ? allow.flatMap((rule) => patternOf(rule) ?? []) : [];
  return {
    edits: isOpen(/^(?:Edit|Write)\b/) && allow.some((rule) => ALL_EDITS.test(rule)),
    runs: (command) => {
      const text = command.trim();
      return !SEVERAL.test(text) && commands.some((pattern) => pattern.test(text));
    },
  };
}

/** The commands that a rule permits: `Bash(npm test)`, `Bash(npm run test:*)`, `Bash(node --test *)`. */
function patternOf(rule: string): RegExp | undefined {
  if (rule === "Bash") return /^/;
  const text = /^Bash\(([^\\]+)\)$/.exec(rule)?.[1];
  if (text === undefined) return undefined;
  // What stands before ":*" or " *" may also stand alone.
  const [, start] = /^(.*?)(?::\*| \*)$/.exec(text) ?? [];
  const quoted = (part: string) =>
    part
      .split("*")
      .map((piece) => piece.replace(/[.+?^${}()|[\]]/g, "\\$&"))
      .join(".*");
  return new RegExp(start === undefined ? `^${quoted(text)}$` : `^${quoted(start)}(?: .*)?$`, "s");
}

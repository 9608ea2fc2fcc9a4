import { parse, type SyntaxNode } from "unbash";

/** Programs that write nothing, whatever their arguments are. */
const READERS =
  /^(?::|\[|basename|cat|cd|cmp|cut|diff|dirname|du|echo|egrep|false|fgrep|grep|head|jq|ls|nl|printf|pwd|readlink|realpath|stat|tail|test|tr|true|uname|wc|which)$/;
/** Git's own; `--output`, programs that options name and what is not spelled out are ruled out. */
const GIT_READERS = /^(?:blame|diff|log|ls-files|rev-parse|show|status)$/;
const GIT_WRITES = /[${*?]|--(?:ou|ex|te)/;
/** Into the bin, or from one stream of the command to another. */
const GOES_NOWHERE = /^(?:[12&]?>{1,2}|<)\s*\/dev\/null$|^[12]?>&[12]$/;
const LONGEST = 4_096;

/**
 * Whether a shell command is seen at once to write nothing. False where that takes a closer look: only whoever may
 * not write at all is judged by it.
 */
export function onlyReads(source: string): boolean {
  if (source.length > LONGEST) return false;
  const script = parse(source);
  return !script.errors?.length && script.commands.every(({ command }) => reads(command, source));
}

function reads(node: SyntaxNode, source: string): boolean {
  if (node.type === "AndOr" || node.type === "Pipeline")
    return node.commands.every((command) => reads(command, source));
  if (node.type !== "Command" || node.prefix.length > 0) return false;
  if (!node.redirects.every(({ pos, end }) => GOES_NOWHERE.test(source.slice(pos, end)))) return false;
  const [first = "", ...args] = node.args.map(({ text }) => text);
  // What the shell would run inside a word.
  if ([first, ...args].some((arg) => /`|[$<>]\(/.test(arg))) return false;
  if (node.name?.text !== "git") return READERS.test(node.name?.text ?? "");
  return GIT_READERS.test(first) && !args.some((arg) => GIT_WRITES.test(arg.replace(/["'\\]/g, "")));
}

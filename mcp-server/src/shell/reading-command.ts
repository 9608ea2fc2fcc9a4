import { parse, type Redirection, type SyntaxNode, type Word } from "unbash";

/** Programs that write nothing, whatever their arguments are. */
const READERS = new Set(
  ": [ basename cat cd cmp cut diff dirname du echo egrep false fgrep grep head jq ls nl printf pwd readlink realpath stat tail test tr true uname wc which".split(
    " ",
  ),
);
/** Git's own; `--output`, programs that options name and what is not spelled out are ruled out. */
const GIT_READERS = new Set(["blame", "diff", "log", "ls-files", "rev-parse", "show", "status"]);
const GIT_WRITES = /[${*?]|--(?:ou|ex|te)/;
/** What the shell would run inside a word. */
const RUNS = /`|[$<>]\(/;
const LONGEST = 4_096;

/**
 * Whether a shell command is seen at once to write nothing. False where that takes a closer look: only whoever may
 * not write at all is judged by it.
 */
export function onlyReads(source: string): boolean {
  if (source.length > LONGEST) return false;
  const script = parse(source);
  return !script.errors?.length && script.commands.every(({ command }) => reads(command));
}

function reads(node: SyntaxNode): boolean {
  switch (node.type) {
    case "AndOr":
    case "Pipeline":
      return node.commands.every(reads);
    case "Command": {
      const args = node.args.map(({ text }) => text);
      return (
        node.prefix.length === 0 &&
        node.redirects.every(goesNowhere) &&
        !args.some((arg) => RUNS.test(arg)) &&
        isReader(node.name, args)
      );
    }
    default:
      return false;
  }
}

function isReader(name: Word | undefined, args: readonly string[]): boolean {
  if (name?.text === "git") {
    return GIT_READERS.has(args[0] ?? "") && !args.some((arg) => GIT_WRITES.test(arg.replace(/["'\\]/g, "")));
  }
  return name !== undefined && READERS.has(name.text);
}

/** Into the bin, or from one stream of the command to another. */
function goesNowhere(redirection: Redirection): boolean {
  if (redirection.type !== "Redirect") return false;
  const target = redirection.target?.text ?? "";
  return target === "/dev/null" || (redirection.operator === ">&" && /^[12]$/.test(target));
}

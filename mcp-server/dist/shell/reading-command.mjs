// import:lib/unbash.mjs in shell/reading-command.mjs
import { parse } from "../lib/unbash.mjs";

// mcp-server/src/shell/reading-command.ts
var READERS = new Set(
  ": [ basename cat cd cmp cut diff dirname du echo egrep false fgrep grep head jq ls nl printf pwd readlink realpath stat tail test tr true uname wc which".split(
    " "
  )
);
var GIT_READERS = /* @__PURE__ */ new Set(["blame", "diff", "log", "ls-files", "rev-parse", "show", "status"]);
var GIT_WRITES = /[${*?]|--(?:ou|ex|te)/;
var RUNS = /`|[$<>]\(/;
var LONGEST = 4096;
function onlyReads(source) {
  if (source.length > LONGEST) return false;
  const script = parse(source);
  return !script.errors?.length && script.commands.every(({ command }) => reads(command));
}
function reads(node) {
  switch (node.type) {
    case "AndOr":
    case "Pipeline":
      return node.commands.every(reads);
    case "Command": {
      const args = node.args.map(({ text }) => text);
      return node.prefix.length === 0 && node.redirects.every(goesNowhere) && !args.some((arg) => RUNS.test(arg)) && isReader(node.name, args);
    }
    default:
      return false;
  }
}
function isReader(name, args) {
  if (name?.text === "git") {
    return GIT_READERS.has(args[0] ?? "") && !args.some((arg) => GIT_WRITES.test(arg.replace(/["'\\]/g, "")));
  }
  return name !== void 0 && READERS.has(name.text);
}
function goesNowhere(redirection) {
  if (redirection.type !== "Redirect") return false;
  const target = redirection.target?.text ?? "";
  return target === "/dev/null" || redirection.operator === ">&" && /^[12]$/.test(target);
}
export {
  onlyReads
};

// import:lib/unbash.mjs in shell/reading-command.mjs
import { parse } from "../lib/unbash.mjs";

// mcp-server/src/shell/reading-command.ts
var READERS = /^(?::|\[|basename|cat|cd|cmp|cut|diff|dirname|du|echo|egrep|false|fgrep|grep|head|jq|ls|nl|printf|pwd|readlink|realpath|stat|tail|test|tr|true|uname|wc|which)$/;
var GIT_READERS = /^(?:blame|diff|log|ls-files|rev-parse|show|status)$/;
var GIT_WRITES = /[${*?]|--(?:ou|ex|te)/;
var GOES_NOWHERE = /^(?:[12&]?>{1,2}|<)\s*\/dev\/null$|^[12]?>&[12]$/;
var LONGEST = 4096;
function onlyReads(source) {
  if (source.length > LONGEST) return false;
  const script = parse(source);
  return !script.errors?.length && script.commands.every(({ command }) => reads(command, source));
}
function reads(node, source) {
  if (node.type === "AndOr" || node.type === "Pipeline")
    return node.commands.every((command) => reads(command, source));
  if (node.type !== "Command" || node.prefix.length > 0) return false;
  if (!node.redirects.every(({ pos, end }) => GOES_NOWHERE.test(source.slice(pos, end)))) return false;
  const [first = "", ...args] = node.args.map(({ text }) => text);
  if ([first, ...args].some((arg) => /`|[$<>]\(/.test(arg))) return false;
  if (node.name?.text !== "git") return READERS.test(node.name?.text ?? "");
  return GIT_READERS.test(first) && !args.some((arg) => GIT_WRITES.test(arg.replace(/["'\\]/g, "")));
}
export {
  onlyReads
};

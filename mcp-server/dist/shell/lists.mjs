// import:lib/unbash.mjs in shell/lists.mjs
import { parse } from "../lib/unbash.mjs";

// mcp-server/src/shell/lists/and-list.ts
var LONGEST = 8192;
function andList(source) {
  if (source.length > LONGEST || source.includes("<<")) return void 0;
  const { commands, errors } = parse(source);
  const [statement] = commands;
  if (errors?.length || statement === void 0 || commands.length > 1 || statement.background)
    return void 0;
  const { command } = statement;
  if (command.type !== "AndOr") return [listed(command, source)];
  if (command.operators.some((operator) => operator !== "&&")) return void 0;
  return command.commands.map((one) => listed(one, source));
}
function listed(node, source) {
  const parts = node.type === "Command" ? [node.prefix, node.name ?? [], node.suffix].flat() : [node];
  const textOf = (some) => some.map(({ pos, end }) => source.slice(pos, end).trim()).join(" ");
  const bare = textOf(parts.filter((part) => !("type" in part && part.type === "Redirect")));
  return { text: textOf(parts), bare, isPipeline: node.type === "Pipeline" && node.commands.length > 1 };
}
export {
  andList
};

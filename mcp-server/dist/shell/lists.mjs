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
  const textOf = ({ pos, end }) => source.slice(pos, end);
  if (node.type !== "Command") {
    const text = textOf(node).trim();
    return { text, bare: text, isPipeline: node.type === "Pipeline" && node.commands.length > 1 };
  }
  const parts = [...node.prefix, ...node.name ? [node.name] : [], ...node.suffix];
  const words = parts.filter((part) => !("type" in part && part.type === "Redirect"));
  return {
    text: parts.map(textOf).join(" "),
    bare: words.map(textOf).join(" "),
    isPipeline: false
  };
}
export {
  andList
};

import { type PipelineNode, parse, type SyntaxNode } from "unbash";

/** One command of an `&&` list, by its text in one spelling of white space. */
export interface ListedCommand {
  readonly text: string;
  /** Without redirections, which leave the exit code as it is. */
  readonly bare: string;
  /** More than one program: the exit code is that of the last. */
  readonly isPipeline: boolean;
}

const LONGEST = 8_192;

/**
 * The commands of a line of Bash that is one command, or several joined by `&&`: if the line succeeds, each of them
 * has. Undefined for all else (`;`, `||`, the background), for here documents and for what cannot be read.
 */
export function andList(source: string): readonly ListedCommand[] | undefined {
  if (source.length > LONGEST || source.includes("<<")) return undefined;
  const { commands, errors } = parse(source);
  const [statement] = commands;
  if (errors?.length || statement === undefined || commands.length > 1 || statement.background)
    return undefined;
  const { command } = statement;
  if (command.type !== "AndOr") return [listed(command, source)];
  if (command.operators.some((operator) => operator !== "&&")) return undefined;
  return command.commands.map((one) => listed(one, source));
}

function listed(node: PipelineNode, source: string): ListedCommand {
  const parts: readonly SyntaxNode[] =
    node.type === "Command" ? [node.prefix, node.name ?? [], node.suffix].flat() : [node];
  const textOf = (some: typeof parts) => some.map(({ pos, end }) => source.slice(pos, end).trim()).join(" ");
  const bare = textOf(parts.filter((part) => !("type" in part && part.type === "Redirect")));
  return { text: textOf(parts), bare, isPipeline: node.type === "Pipeline" && node.commands.length > 1 };
}

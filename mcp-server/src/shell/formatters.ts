import { readCommandArguments } from "./command-arguments.ts";
import { type Effect, writeOf } from "./command-effect.ts";
import type { Invocation } from "./file-commands.ts";
import type { Value } from "./shell-words.ts";

/** How a program that formats or repairs source files is told to write, and on what. */
interface Formatter {
  /** Written only with one of these arguments; without the field: always. */
  readonly writesWith?: RegExp;
  /** Not written with one of these. */
  readonly readsWith?: RegExp;
  /** Words before the paths, of which the first must be one of these. */
  readonly subcommands?: RegExp;
  /** Without a path it takes the folder in which it runs. */
  readonly takesFolder?: boolean;
}

/** Options of any of them whose value is not a path to write. */
const SETTINGS = {
  names: [
    ...[
      "config",
      "config-path",
      "config-precedence",
      "edition",
      "ext",
      "format",
      "ignore-path",
      "line-length",
    ],
    ...[
      "log-level",
      "manifest-path",
      "max-warnings",
      "parser",
      "plugin",
      "resolve-plugins-relative-to",
      "rule",
    ],
    ...["settings-file", "target-version"],
  ],
};
const CHECK = /^--?(?:check|diff|dry-run|list-different|l|d|n|emit=stdout)$/;

const FORMATTERS: Readonly<Record<string, Formatter>> = {
  prettier: { writesWith: /^(?:--write|-w)$/ },
  eslint: { writesWith: /^--fix$/, takesFolder: true },
  stylelint: { writesWith: /^--fix$/ },
  standard: { writesWith: /^--fix$/, takesFolder: true },
  biome: {
    writesWith: /^--(?:write|fix|apply|unsafe)$/,
    subcommands: /^(?:format|lint|check)$/,
    takesFolder: true,
  },
  dprint: { subcommands: /^fmt$/, takesFolder: true },
  black: { readsWith: CHECK },
  isort: { readsWith: CHECK },
  autopep8: { writesWith: /^(?:-i|--in-place)$/ },
  ruff: { subcommands: /^format$/, readsWith: CHECK, takesFolder: true },
  gofmt: { writesWith: /^-w$/ },
  goimports: { writesWith: /^-w$/ },
  rustfmt: { readsWith: CHECK },
  cargo: { subcommands: /^fmt$/, readsWith: CHECK, takesFolder: true },
  rubocop: { writesWith: /^(?:-[aAx]|--auto-?correct(?:-all)?)$/i, takesFolder: true },
};

/** What a formatter writes: the paths that it is given, with what is below them. Globs are its own. */
export function formatterEffects(name: string, run: Invocation): readonly Effect[] {
  const formatter = Object.hasOwn(FORMATTERS, name) ? FORMATTERS[name] : undefined;
  if (formatter === undefined) return [];
  const given = (pattern: RegExp) => run.args.some((arg) => arg !== undefined && pattern.test(arg.text));
  if (formatter.writesWith && !given(formatter.writesWith)) return [];
  if (formatter.readsWith && given(formatter.readsWith)) return [];
  let operands = readCommandArguments(run.args, SETTINGS).operands;
  if (formatter.subcommands) {
    if (!formatter.subcommands.test(operands[0]?.text ?? "")) return [];
    operands = operands.slice(1);
  }
  if (operands.length === 0 && formatter.takesFolder) operands = [{ text: "." }];
  return operands.flatMap((operand) => target(run, operand));
}

function target(run: Invocation, operand: Value): readonly Effect[] {
  const path = run.pathOf(operand);
  if (operand === undefined || path === undefined) return [];
  if (operand.pattern === undefined && /[*?{]/.test(operand.text)) {
    const folder = run.pathOf({ text: "." });
    return folder === undefined ? [] : [{ kind: "search", folder, glob: operand.text.replace(/^\.\//, "") }];
  }
  return [{ ...writeOf(path, operand.pattern !== undefined), reach: "tree" }];
}

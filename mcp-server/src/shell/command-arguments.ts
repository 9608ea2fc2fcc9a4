import type { Value } from "./shell-words.ts";

/** Which options of a command take a value of their own. */
export interface OptionShape {
  /** Letters of short options with a value, which may follow at once or as the next argument. */
  readonly letters?: string;
  /** Names of long options with a value, without the dashes. */
  readonly names?: readonly string[];
  /** Letters whose value, if any, follows at once and never as the next argument. */
  readonly attached?: string;
  /** The first operand ends the options, because it is a command with options of its own. */
  readonly isPrefix?: boolean;
}

/** A command's arguments, told apart as most programs do. */
export interface Arguments {
  /** Options that were given, without their dashes. */
  readonly flags: ReadonlySet<string>;
  /** Values of options in order, by the option's name without its dashes. */
  readonly values: ReadonlyMap<string, readonly Value[]>;
  readonly operands: readonly Value[];
  /** The operands after `--`, if it was there. */
  readonly afterDashes: readonly Value[] | undefined;
}

/** Tells options, their values and operands apart. An argument that is not known counts as an operand. */
export function readCommandArguments(args: readonly Value[], shape: OptionShape = {}): Arguments {
  const flags = new Set<string>();
  const values = new Map<string, Value[]>();
  const operands: Value[] = [];
  const keep = (name: string, value: Value) => {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  };
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at];
    if (arg?.text === "--") break;
    if (arg === undefined || !/^-./.test(arg.text)) {
      if (shape.isPrefix) return { flags, values, operands: args.slice(at), afterDashes: undefined };
      operands.push(arg);
      continue;
    }
    const long = /^--([^=]+)(?:=([\s\S]*))?$/.exec(arg.text);
    if (long !== null) {
      const [, name = "", value] = long;
      flags.add(name);
      if (value !== undefined) keep(name, { text: value });
      else if (shape.names?.includes(name)) keep(name, args[++at]);
      continue;
    }
    for (let i = 1; i < arg.text.length; i++) {
      const letter = arg.text[i] ?? "";
      flags.add(letter);
      const rest = arg.text.slice(i + 1);
      if (shape.attached?.includes(letter)) {
        keep(letter, { text: rest });
        break;
      }
      if (shape.letters?.includes(letter)) {
        keep(letter, rest === "" ? args[++at] : { text: rest });
        break;
      }
    }
  }
  const afterDashes = at < args.length ? args.slice(at + 1) : undefined;
  return { flags, values, operands: [...operands, ...(afterDashes ?? [])], afterDashes };
}

/** Whether one of the options was given. */
export function has({ flags }: Arguments, ...names: readonly string[]): boolean {
  return names.some((name) => flags.has(name));
}

/** The last value that one of the options was given. */
export function optionValue({ values }: Arguments, ...names: readonly string[]): Value {
  return names.flatMap((name) => values.get(name) ?? []).at(-1);
}

import { type OptionShape, optionValue, readCommandArguments } from "./command-arguments.ts";
import type { Value } from "./shell-words.ts";

/** A command that runs the command in its arguments. */
export interface Wrapped {
  readonly words: readonly Value[];
  /** Where it runs it, if not where it runs itself. */
  readonly folder: Value;
  /** What it writes itself. */
  readonly writes: readonly Value[];
}

interface Prefix extends OptionShape {
  /** Operands before the command. */
  readonly skip?: number;
  /** The option that says where the command is to run. */
  readonly folder?: string;
  /** The option that names a file for the output. */
  readonly output?: string;
}

const PREFIXES: Readonly<Record<string, Prefix>> = {
  env: { letters: "uC", names: ["unset", "chdir"], folder: "C" },
  sudo: { letters: "CDghpRrtTuU", names: ["user", "group", "chdir", "host", "prompt"], folder: "D" },
  doas: { letters: "uC" },
  nohup: {},
  time: { letters: "of", names: ["output", "format"], output: "o" },
  nice: { letters: "n", names: ["adjustment"] },
  ionice: { letters: "cnp" },
  timeout: { letters: "ks", names: ["kill-after", "signal"], skip: 1 },
  stdbuf: { letters: "ioe" },
  setsid: {},
  command: {},
  builtin: {},
  exec: { letters: "a" },
  busybox: {},
  chronic: {},
  xargs: {
    letters: "aEdILnPs",
    names: ["arg-file", "delimiter", "max-args", "max-procs", "max-lines", "max-chars", "replace"],
  },
  npx: { letters: "pc", names: ["package"] },
  bunx: {},
};
/** Package managers run an installed program with one of these words. */
const RUNNERS: Readonly<Record<string, ReadonlySet<string>>> = {
  npm: new Set(["exec", "x"]),
  pnpm: new Set(["exec", "dlx"]),
  yarn: new Set(["exec", "dlx", "run"]),
  bun: new Set(["x"]),
};

/** The command that this one runs in its turn; undefined if it is none of those that do. */
export function unwrap(name: string, args: readonly Value[]): Wrapped | undefined {
  if (Object.hasOwn(RUNNERS, name)) {
    const [word, ...rest] = args;
    if (word === undefined || !RUNNERS[name]?.has(word.text)) return undefined;
    const words = rest.slice(rest.findIndex((arg) => arg === undefined || !arg.text.startsWith("-")) >>> 0);
    return { words, folder: undefined, writes: [] };
  }
  const prefix = Object.hasOwn(PREFIXES, name) ? PREFIXES[name] : undefined;
  if (prefix === undefined) return undefined;
  const read = readCommandArguments(args, { ...prefix, isPrefix: true });
  // `command -v` asks for a program and runs none.
  if (name === "command" && (read.flags.has("v") || read.flags.has("V"))) return undefined;
  const folder = prefix.folder === undefined ? undefined : optionValue(read, prefix.folder, "chdir");
  const output = prefix.output === undefined ? undefined : optionValue(read, prefix.output, "output");
  let words = read.operands.slice(prefix.skip ?? 0);
  if (name === "env" || name === "sudo") {
    while (/^\w+=/.test(words[0]?.text ?? "")) words = words.slice(1);
  }
  if (name === "xargs") {
    // What it reads is not known: it takes the place of the mark, or comes last.
    const mark = optionValue(read, "I", "replace")?.text;
    words =
      mark === undefined
        ? [...words, undefined]
        : words.map((word) => (word?.text.includes(mark) ? undefined : word));
  }
  return { words, folder, writes: output === undefined ? [] : [output] };
}

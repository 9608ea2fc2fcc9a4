import type { Value, Words } from "./shell-words.ts";

/** What is known of standard input: its text, and its words, of which one may stand for many files. */
export interface Stdin {
  readonly text?: string | undefined;
  readonly list?: Words | undefined;
}

export interface Run {
  readonly args: Words;
  readonly directory: Value;
  readonly input: Stdin;
}

/** A command's arguments, told apart as most programs do. Options are named without dashes. */
export class ProgramArguments {
  readonly operands: Value[] = [];
  /** The operands after `--`, if it was there. */
  readonly afterDashes: Words | undefined;
  readonly #options: { readonly name: string; readonly value: Value }[] = [];

  /**
   * @param valued options with a value: letters in one word, after a `+` those without a blank between, then names.
   * @param isPrefix the first operand ends the options, because it is a command with options of its own.
   */
  constructor(args: Words, valued = "", isPrefix = false) {
    const [letters = "", ...names] = valued.split(" ");
    const [apart = "", attached = ""] = letters.split("+");
    let at = 0;
    for (; at < args.length && args[at] !== "--"; at++) {
      const arg = args[at] ?? "";
      const [isLong, long = "", given] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(arg) ?? [];
      if (isLong) {
        this.#options.push({ name: long, value: given ?? (names.includes(long) ? args[++at] : undefined) });
      } else if (/^-./.test(arg)) {
        for (let i = 1, name = arg.charAt(1); name !== ""; name = arg.charAt(++i)) {
          const isLast = i === arg.length - 1;
          this.#options.push({ name, value: isLast && apart.includes(name) ? args[++at] : arg.slice(i + 1) });
          if (apart.includes(name) || attached.includes(name)) break;
        }
      } else if (isPrefix) break;
      else this.operands.push(args[at]);
    }
    if (args[at] === "--") this.afterDashes = args.slice(at + 1);
    this.operands.push(...(this.afterDashes ?? args.slice(at)));
  }

  /** What these options, a blank between them, were given, in order. */
  values(options: string): Words {
    const names = options.split(" ");
    return this.#options.flatMap(({ name, value }) => (names.includes(name) ? [value] : []));
  }

  has(options: string): boolean {
    return this.values(options).length > 0;
  }
}

import { posix } from "node:path";
import {
  type CommandNode,
  forEachChild,
  type Command as ParsedCommand,
  parse,
  type Redirection,
  type Script,
  type Statement,
  type SyntaxNode,
  type Word,
} from "unbash";
import { type Effect, writeOf } from "./command-effect.ts";
import { FILE_COMMANDS, type Invocation } from "./file-commands.ts";
import { findEffects } from "./find-command.ts";
import { formatterEffects } from "./formatters.ts";
import { gitEffects } from "./git-commands.ts";
import { unwrap } from "./prefix-commands.ts";
import { absolutePath, expandWord, type Field, type Value, valueOfWord } from "./shell-words.ts";

/** Where a command runs. All paths are absolute. */
export interface ShellFacts {
  readonly directory: string;
  readonly home: string;
  /** Top level of the work tree in which the agent works. */
  readonly topLevel: string;
}

/** What is behind this many characters is not read: mostly the content of a here document. */
const MAX_COMMAND = 65_536;
/** Words and commands that are looked at, those of every turn of a loop included. */
const MAX_STEPS = 50_000;
const MAX_EFFECTS = 1_000;
/** Shells in shells, functions in functions. */
const DEEPEST = 24;
const SHELLS = /^(?:ba|z|da|k|a)?sh$/;
const NESTING = new Set<SyntaxNode["type"]>([
  "CommandExpansion",
  "ProcessSubstitution",
  "ArithmeticExpansion",
  "ArithmeticCommandExpansion",
]);
const DECLARING = new Set(["export", "local", "declare", "typeset", "readonly"]);

/**
 * What a shell command would do to files and to git, in the order of its text. Nothing is run, and no file is looked
 * at: what only the running shell knows (the output of programs, variables from outside) is left out, and so is what
 * scripts and other programs do. Never throws, whatever the text; time is bounded.
 */
export function effectsOf(source: string, facts: ShellFacts): readonly Effect[] {
  const reader = new ShellReader(facts);
  try {
    reader.script(source, {
      directory: facts.directory,
      previous: undefined,
      variables: new Map<string, Value>([["HOME", { text: facts.home }]]),
      functions: new Map(),
      depth: 0,
    });
  } catch (error) {
    // Nesting beyond what the stack holds: what was recognised before it still counts.
    if (!(error instanceof RangeError)) throw error;
  }
  return reader.effects;
}

/** What commands change for those after them. */
interface ShellState {
  /** Undefined after a change of folder to somewhere that is not known. */
  directory: string | undefined;
  previous: string | undefined;
  variables: Map<string, Value>;
  functions: Map<string, SyntaxNode>;
  readonly depth: number;
}

/** Standard input, where the command line says what it is. */
interface Input {
  readonly input: string | undefined;
  readonly inputFile: string | undefined;
}
const NO_INPUT: Input = { input: undefined, inputFile: undefined };

class ShellReader {
  readonly effects: Effect[] = [];
  #steps = 0;

  constructor(private readonly facts: ShellFacts) {}

  script(source: string, state: ShellState): void {
    const read = source.slice(0, MAX_COMMAND);
    // A shell in a shell is parsed again, and parsing costs more than a step.
    this.#steps += read.length / 8;
    this.#statements(parse(read), state);
  }

  #statements({ commands }: { readonly commands: readonly Statement[] }, state: ShellState): void {
    for (const { command, background } of commands)
      this.#node(command, background ? inside(state) : state, NO_INPUT);
  }

  #node(node: SyntaxNode, state: ShellState, input: Input): void {
    this.#steps++;
    if (this.#isSpent()) return;
    switch (node.type) {
      case "Command":
        this.#command(node, state, input);
        break;
      case "AndOr": {
        for (const [at, command] of node.commands.entries()) {
          // What follows `||` runs when the command before it changed nothing, and its own changes are uncertain.
          const isFallback = node.operators[at - 1] === "||";
          this.#node(command, isFallback ? inside(state) : state, input);
        }
        break;
      }
      case "Pipeline":
        this.#pipeline(node.commands, state, input);
        break;
      case "Redirected": {
        for (const redirection of node.redirects) this.#substitutions(redirection, state);
        const redirected = this.#redirections(node.redirects, state, input);
        this.#node(node.command, state, redirected);
        break;
      }
      case "CompoundList":
      case "Script":
        this.#statements(node, state);
        break;
      case "BraceGroup":
        this.#statements(node.body, state);
        break;
      case "Subshell":
        this.#statements(node.body, inside(state));
        break;
      case "For":
      case "Select":
        this.#loop(node.name, node.wordlist, node.body, state);
        break;
      case "Function":
        state.functions.set(node.name.value, node.body);
        break;
      case "Coproc":
        this.#node(node.body, inside(state), NO_INPUT);
        break;
      case "Case":
        this.#substitutions(node.word, state);
        this.#branches(
          node.items.map(({ body }) => [body]),
          state,
        );
        break;
      case "If":
        this.#branches(
          [
            [node.clause, node.then],
            ...node.elif.map(({ clause, then }) => [clause, then]),
            ...(node.else ? [[node.else]] : []),
          ],
          state,
        );
        break;
      case "While":
      case "ArithmeticFor":
        this.#branches([node.type === "While" ? [node.clause, node.body] : [node.body]], state);
        break;
      default:
        this.#substitutions(node, state);
        break;
    }
  }

  #pipeline(commands: readonly CommandNode[], state: ShellState, input: Input): void {
    const [only] = commands;
    if (commands.length === 1 && only) {
      this.#node(only, state, input);
      return;
    }
    for (const [at, command] of commands.entries())
      this.#node(command, inside(state), at === 0 ? input : NO_INPUT);
  }

  /** Each branch may run or not: where they leave the shell in different folders, the folder is not known. */
  #branches(branches: readonly (readonly SyntaxNode[])[], state: ShellState): void {
    const before = state.directory;
    for (const branch of branches) {
      const within = inside(state);
      for (const node of branch) this.#node(node, within, NO_INPUT);
      for (const [name, value] of within.variables) {
        if (state.variables.get(name) !== value)
          state.variables.set(name, branches.length === 1 ? value : undefined);
      }
      for (const [name, body] of within.functions) state.functions.set(name, body);
      if (within.directory !== before) state.directory = undefined;
    }
  }

  #loop(name: Word, words: readonly Word[] | undefined, body: SyntaxNode, state: ShellState): void {
    for (const word of words ?? []) this.#substitutions(word, state);
    const values = words?.flatMap((word) => this.#expand(word, state)) ?? [undefined];
    const before = state.directory;
    for (const value of values) {
      state.variables.set(name.value, value);
      this.#node(body, state, NO_INPUT);
      if (this.#isSpent()) return;
    }
    if (values.length > 0 && state.directory !== before) state.directory = undefined;
  }

  /** Commands inside a word, a test, an arithmetic expression: they run in shells of their own. */
  #substitutions(node: SyntaxNode, state: ShellState): void {
    if (node.type === "Word" && node.parts === undefined) return;
    // The parser reads these only when they are looked at, each level of nesting anew.
    if (NESTING.has(node.type)) this.#steps += (node.end - node.pos) / 8;
    if (this.#isSpent()) return;
    forEachChild(node, (child) => {
      this.#steps++;
      if (this.#isSpent()) return;
      if (child.type === "Script") this.#statements(child, inside(state));
      else this.#substitutions(child, state);
    });
  }

  #command(node: ParsedCommand, state: ShellState, given: Input): void {
    this.#substitutions(node, state);
    const input = this.#redirections(node.redirects, state, given);
    const name = node.name && this.#expand(node.name, state);
    if (name === undefined) {
      for (const part of node.prefix) if (part.type === "Assignment") this.#assign(part, state);
      return;
    }
    const args = node.args.flatMap((arg) =>
      arg.type === "Word" ? this.#expand(arg, state) : [{ text: arg.text } satisfies Field],
    );
    if (DECLARING.has(name[0]?.text ?? "")) {
      for (const arg of node.args) if (arg.type === "Assignment") this.#assign(arg, state);
    }
    this.#run([...name, ...args], state, input);
  }

  #assign(node: Extract<SyntaxNode, { type: "Assignment" }>, state: ShellState): void {
    const value =
      node.value.type === "Word" && node.index === undefined
        ? valueOfWord(node.value, this.#words(state))
        : undefined;
    const before = node.append ? state.variables.get(node.name) : { text: "" };
    const text = value && before && before.text + value.text;
    const isKnown = text !== undefined && text.length <= MAX_COMMAND;
    state.variables.set(node.name, isKnown ? { text } : undefined);
  }

  #redirections(redirections: readonly Redirection[], state: ShellState, given: Input): Input {
    let { input, inputFile } = given;
    for (const redirection of redirections) {
      if (redirection.type === "HereDoc") {
        const { body, delimiter } = redirection;
        // Unquoted bodies are expanded; what a shell would be told then is only known where nothing is.
        const isFixed = delimiter?.quoted === true || body.parts === undefined || !/[$`]/.test(body.text);
        input = isFixed ? body.text : undefined;
        continue;
      }
      const target = redirection.target && this.#expand(redirection.target, state);
      const path = target?.length === 1 ? absolutePath(target[0], state.directory) : undefined;
      if (redirection.type === "HereString") input = target?.[0]?.text;
      else if (redirection.operator === "<") inputFile = path;
      else if (path !== undefined && !duplicates(redirection.operator, target?.[0])) {
        this.#add(writeOf(path, target?.[0]?.pattern !== undefined));
      }
    }
    return { input, inputFile };
  }

  /** Runs a command whose words are expanded, by what is known of its name. */
  #run(words: readonly Value[], state: ShellState, input: Input): void {
    if (state.depth > DEEPEST || this.#isSpent()) return;
    const [first, ...args] = words;
    if (first === undefined) return;
    const name =
      first.text
        .split("/")
        .at(-1)
        ?.replace(/\.exe$/i, "") ?? "";
    const body = state.functions.get(first.text);
    if (body !== undefined) {
      this.#call(body, args, state);
      return;
    }
    switch (name) {
      case "cd":
      case "pushd":
        changeFolder(args, state, this.facts.home);
        return;
      case "popd":
        state.directory = undefined;
        return;
      case "read":
      case "unset":
      case "mapfile":
      case "readarray":
      case "getopts":
        for (const arg of args) if (arg !== undefined) state.variables.set(arg.text, undefined);
        return;
      case "eval": {
        const within = deeper(state);
        this.#nested(args.map((arg) => arg?.text ?? '"$UNKNOWN"').join(" "), within);
        state.directory = within.directory;
        return;
      }
      case "trap":
        if (args[0] !== undefined) this.#nested(args[0].text, inside(state));
        return;
    }
    if (SHELLS.test(name)) {
      this.#shell(args, state, input);
      return;
    }
    const wrapped = unwrap(name, args);
    if (wrapped !== undefined) {
      const folder =
        wrapped.folder === undefined ? state.directory : absolutePath(wrapped.folder, state.directory);
      for (const output of wrapped.writes) this.#addPath(output, state);
      this.#run(wrapped.words, { ...inside(state), directory: folder }, input);
      return;
    }
    const invocation: Invocation = {
      args,
      pathOf: (value) => absolutePath(value, state.directory),
      ...input,
    };
    this.#add(...this.#effectsOf(name, invocation, state));
  }

  #effectsOf(name: string, run: Invocation, state: ShellState): readonly Effect[] {
    if (name === "git") return gitEffects(run, state.directory);
    if (name === "find") {
      const found = findEffects(run);
      for (const { words, folder } of found.commands) this.#search(words, folder, state);
      return found.effects;
    }
    return FILE_COMMANDS.get(name)?.(run) ?? formatterEffects(name, run);
  }

  /** A command that `find` runs for what it finds: whatever it would write, it may write anywhere below the folder. */
  #search(words: readonly Value[], search: { folder: string; glob: string }, state: ShellState): void {
    const before = this.effects.length;
    this.#run(words, inside(state), NO_INPUT);
    const isFound = (path: string) => path.includes("{}");
    for (const effect of this.effects.splice(before)) {
      if (effect.kind === "write" && isFound(effect.path)) this.#add({ kind: "search", ...search });
      else if (effect.kind !== "place") this.#add(effect);
      else this.#add({ ...effect, sources: effect.sources.filter(({ path }) => !isFound(path)) });
    }
  }

  #call(body: SyntaxNode, args: readonly Value[], state: ShellState): void {
    const variables = new Map(state.variables);
    for (let at = 0; at < 9; at++) variables.set(String(at + 1), args[at]);
    const within = { ...deeper(state), variables };
    this.#node(body, within, NO_INPUT);
    state.directory = within.directory;
  }

  #shell(args: readonly Value[], state: ShellState, { input }: Input): void {
    const script = args.findIndex((arg) => /^-[a-z]*c[a-z]*$/.test(arg?.text ?? ""));
    if (script >= 0) {
      const within = inside(state);
      for (const [at, arg] of args.slice(script + 2, script + 12).entries())
        within.variables.set(String(at), arg);
      this.#nested(args[script + 1]?.text, within);
      return;
    }
    // Without a script of its own a shell runs what it reads.
    if (args.every((arg) => arg?.text.startsWith("-"))) this.#nested(input, inside(state));
  }

  #nested(source: string | undefined, state: ShellState): void {
    if (source !== undefined && state.depth <= DEEPEST) this.script(source, state);
  }

  #expand(word: Word, state: ShellState): readonly Value[] {
    if (this.#isSpent()) return [undefined];
    const fields = expandWord(word, this.#words(state));
    this.#steps += fields.length;
    return fields;
  }

  #words(state: ShellState) {
    return {
      home: this.facts.home,
      variable: (name: string): Value => {
        if (name === "PWD") return known(state.directory);
        if (name === "OLDPWD") return known(state.previous);
        const value = state.variables.get(name);
        this.#steps += (value?.text.length ?? 0) / 16;
        return this.#isSpent() ? undefined : value;
      },
      substitution: (script: Script | undefined) => this.#output(script, state),
    };
  }

  /** What a command substitution prints, of the two commands that tell where one is. */
  #output(script: Script | undefined, state: ShellState): Value {
    const command = script?.commands.length === 1 ? script.commands[0]?.command : undefined;
    if (
      command?.type !== "Command" ||
      command.redirects.some(({ operator }) => operator !== ">" && operator !== ">&")
    )
      return undefined;
    const words = [command.name, ...command.args]
      .map((word) => (word?.type === "Word" ? word.value : ""))
      .join(" ");
    if (words === "pwd") return known(state.directory);
    return words === "git rev-parse --show-toplevel" ? known(this.facts.topLevel) : undefined;
  }

  #addPath(value: Value, state: ShellState): void {
    const path = absolutePath(value, state.directory);
    if (path !== undefined) this.#add(writeOf(path));
  }

  #add(...effects: readonly Effect[]): void {
    for (const effect of effects) if (this.effects.length < MAX_EFFECTS) this.effects.push(effect);
  }

  #isSpent(): boolean {
    return this.#steps >= MAX_STEPS || this.effects.length >= MAX_EFFECTS;
  }
}

/** A shell of its own: it starts with all that this one has, and changes nothing of it. */
function inside(state: ShellState): ShellState {
  return {
    ...deeper(state),
    variables: new Map(state.variables),
    functions: new Map(state.functions),
  };
}

function deeper(state: ShellState): ShellState {
  return { ...state, depth: state.depth + 1 };
}

function known(text: string | undefined): Value {
  return text === undefined ? undefined : { text };
}

/** `2>&1`, `>&-`: a descriptor, and no file. */
function duplicates(operator: string, target: Value): boolean {
  return operator === "<&" || (operator === ">&" && /^(?:\d+-?|-)$/.test(target?.text ?? ""));
}

function changeFolder(args: readonly Value[], state: ShellState, home: string): void {
  const isOption = (arg: Value) => arg !== undefined && /^-(?:[LPe@n]+|-)$/.test(arg.text);
  const operands = args.slice(args.findIndex((arg) => !isOption(arg)) >>> 0);
  const [target] = operands;
  const before = state.directory;
  if (operands.length === 0) state.directory = home;
  else if (target?.text === "-") state.directory = state.previous;
  else {
    const path = target?.pattern === undefined ? absolutePath(target, state.directory) : undefined;
    // The shell takes `..` off the path that it remembers, whatever links are in it.
    state.directory = path === undefined ? undefined : posix.normalize(path);
  }
  state.previous = before;
}

import { posix } from "node:path";
import type * as Bash from "unbash";
import { forEachChild, parse } from "unbash";
import type { Effect } from "./command-effect.ts";
import { commandsForFound, passesOn, searchOf } from "./file-searches.ts";
import { gitEffects } from "./git-commands.ts";
import { unwrap } from "./prefix-commands.ts";
import { ProgramArguments, type Run, type Stdin } from "./program-arguments.ts";
import { absolutePath, expandWord, type Value, type Words } from "./shell-words.ts";
import { files, programEffects } from "./writing-programs.ts";

/** Where a command runs. All paths are absolute. */
export interface ShellFacts {
  readonly directory: string;
  readonly home: string;
  /** Top level of the work tree in which the agent works. */
  readonly topLevel: string;
  readonly isFolder: (path: string) => boolean;
  /** A script of the nearest `package.json`, and the folder of that. */
  readonly packageScript: (name: string, from: string) => { text: string; directory: string } | undefined;
}

/** What is behind this many characters is not read: mostly the content of a here document. */
const MAX_COMMAND = 65_536;
/** Words and commands that are looked at, those of every turn of a loop included. */
const MAX_STEPS = 50_000;
const MAX_EFFECTS = 1_000;
const MAX_FOLDERS = 8;

/**
 * What a shell command would do to files and to git, in the order of its text. Nothing is run: what only the running
 * shell knows (the output of programs, variables from outside) is left out, and so is what functions, scripts and other
 * programs do. Never throws, whatever the text; time is bounded.
 */
export function effectsOf(source: string, facts: ShellFacts): readonly Effect[] {
  const reader = new ShellReader(facts);
  const state = { folders: [facts.directory], stack: [], variables: new Map([["HOME", [facts.home]]]) };
  try {
    // What stands for a wildcard here is no character of a command.
    reader.script(source.replace(/[\ue000-\ue07f]/g, "\ufffd"), state);
  } catch (error) {
    // Nesting beyond what the stack holds: what was recognised before it still counts.
    if (!(error instanceof RangeError)) throw error;
  }
  return reader.effects.slice(0, MAX_EFFECTS);
}

/** What commands change for those after them. */
interface ShellState {
  /** Where the shell may be: in one of these; undefined stands for a folder that is not known. */
  folders: Words;
  stack: readonly Words[];
  variables: Map<string, Words>;
}

class ShellReader {
  readonly effects: Effect[] = [];
  #steps = 0;

  constructor(private readonly facts: ShellFacts) {}

  script(source: Value, state: ShellState, input: Stdin = {}): void {
    const text = source?.slice(0, MAX_COMMAND) ?? "";
    // A shell in a shell is parsed again, and parsing costs more than a step.
    if (!this.#isSpent(text.length / 8)) this.#lists(parse(text), state, input);
  }

  /** Follows each `&&` and `||` list to all folders that it may end in. */
  #lists({ commands }: Pick<Bash.Script, "commands">, shell: ShellState, input: Stdin): void {
    for (const { command, background } of commands) {
      const state = background ? inside(shell) : shell;
      const list = command.type === "AndOr" ? command : { commands: [command], operators: [] };
      let failedIn: Words = [];
      for (const [at, node] of list.commands.entries()) {
        const before = state.folders;
        if (list.operators[at - 1] !== "||") {
          if (!this.#node(node, state, input)) failedIn = together(failedIn, before);
          continue;
        }
        const instead = { ...inside(state), folders: failedIn.length === 0 ? before : failedIn };
        this.#node(node, instead, input);
        const isEnd = node.type === "Command" && /^(?:exit|return|continue)$/.test(node.name?.text ?? "");
        if (failedIn.length > 0 && !isEnd) state.folders = together(before, instead.folders);
        failedIn = [];
      }
      state.folders = together(state.folders, failedIn);
    }
  }

  /** @returns whether it is sure to succeed. */
  #node(node: Bash.SyntaxNode, state: ShellState, input: Stdin): boolean {
    if (this.#isSpent(1)) return true;
    if (node.type === "Command") return this.#command(node, state, input);
    if (node.type === "Pipeline") {
      let piped = input;
      const isOne = node.commands.length === 1;
      for (const command of node.commands) {
        this.#node(command, isOne ? state : inside(state), piped);
        if (!isOne) piped = this.#printed(command, inside(state), piped);
      }
    } else if (node.type === "Redirected") {
      for (const redirection of node.redirects) this.#inner(redirection, state, {});
      this.#node(node.command, state, this.#redirected(node.redirects, state, input));
    } else if (node.type === "For") {
      for (const word of node.wordlist ?? []) this.#inner(word, state, {});
      for (const value of node.wordlist?.flatMap((word) => this.#expand(word, state)) ?? [undefined]) {
        state.variables.set(node.name.value, [value]);
        if (!this.#isSpent()) this.#perhaps(node.body, state, input);
      }
    } else if (node.type !== "Function")
      this.#inner(node, node.type === "Subshell" ? inside(state) : state, input);
    return false;
  }

  /** What is in a condition, a loop, a word, a test: lists that may run or not, and shells of their own. */
  #inner(node: Bash.SyntaxNode, state: ShellState, input: Stdin): void {
    // The parser reads these only when they are looked at, each level of nesting anew.
    const isLate = /Expansion$|^ProcessSubstitution$/.test(node.type);
    if (this.#isSpent(isLate ? (node.end - node.pos) / 8 : 0)) return;
    forEachChild(node, (child) => {
      if (this.#isSpent(1)) return;
      if (child.type === "Script") this.#lists(child, inside(state), {});
      else if (child.type === "CompoundList") this.#perhaps(child, state, input);
      else if (/^(?:Command|Redirected)$/.test(child.type)) this.#node(child, inside(state), input);
      else this.#inner(child, state, input);
    });
  }

  #perhaps(list: Pick<Bash.Script, "commands">, state: ShellState, input: Stdin): void {
    const within = inside(state);
    this.#lists(list, within, input);
    for (const [name, value] of within.variables) {
      const before = state.variables.get(name);
      if (before !== value) state.variables.set(name, before === undefined ? value : [undefined]);
    }
    state.folders = together(state.folders, within.folders);
  }

  #command(node: Bash.Command, state: ShellState, given: Stdin): boolean {
    this.#inner(node, state, {});
    const input = this.#redirected(node.redirects, state, given);
    const words = this.#words(node, state);
    const isDeclaring = /^(?:export|local|declare|typeset|readonly)$/.test(words[0] ?? "");
    for (const part of isDeclaring ? node.args : node.prefix) {
      if (part.type !== "Assignment") continue;
      const { value, index, append } = part;
      const assigned = value.type === "Word" ? [value] : value.elements;
      const values = assigned.flatMap((word) => this.#expand(word, state, value.type !== "Word"));
      state.variables.set(part.name, index || append ? [undefined] : values);
    }
    return node.name === undefined || isDeclaring || this.#run(words, state, input);
  }

  #words({ name, args }: Bash.Command, state: ShellState): Words {
    const words = name ? [name, ...args] : args;
    return words.flatMap((word) => (word.type === "Word" ? this.#expand(word, state) : [word.text]));
  }

  /** What redirections write, and what they make of standard input. */
  #redirected(redirections: readonly Bash.Redirection[], state: ShellState, given: Stdin): Stdin {
    let input = given;
    for (const redirection of redirections) {
      if (redirection.type === "HereDoc") {
        const { body, delimiter } = redirection;
        // Unquoted bodies are expanded; what a shell would be told then is only known where nothing is.
        input = delimiter?.quoted || !/[$`]/.test(body.text) ? ofText(body.text) : {};
        continue;
      }
      const part = redirection.target?.parts?.[0];
      const [target] = (redirection.target && this.#expand(redirection.target, state)) ?? [];
      if (redirection.type === "HereString") input = ofText(target);
      else if (part?.type === "ProcessSubstitution") input = this.#printed(part.script, state, {});
      else if (redirection.operator === "<") input = {};
      // `2>&1`, `>&-`: a descriptor, and no file.
      else if (!/^[<>]&$/.test(redirection.operator) || !/^[\d-]+$/.test(target ?? ""))
        this.#inFolders(state, (directory) => files({ directory }, [target]));
    }
    return input;
  }

  /** What a command is known to print, which is a list of files for the most part. */
  #printed(node: Bash.SyntaxNode | undefined, state: ShellState, input: Stdin): Stdin {
    if (node === undefined || this.#isSpent((node.end - node.pos) / 8)) return {};
    if (node.type === "Pipeline")
      return node.commands.reduce((piped, one) => this.#printed(one, state, piped), input);
    if (node.type === "Script" && node.commands.length === 1)
      return this.#printed(node.commands[0]?.command, state, input);
    if (node.type !== "Command") return {};
    const [name = "", ...args] = this.#words(node, state);
    if (name === "pwd") return { list: together(state.folders, [], 1) };
    if (name === "git" && args[1] === "--show-toplevel") return { list: [this.facts.topLevel] };
    if (name === "echo") return { list: args, text: args.includes(undefined) ? undefined : args.join(" ") };
    if (name === "cat") return args.length > 0 ? {} : this.#redirected(node.redirects, state, input);
    if (passesOn(name, args)) return { list: input.list };
    const search = searchOf(name, args);
    return search?.commands.length === 0 ? { list: search.found } : {};
  }

  /** Runs a command by what is known of its name. @returns as `#node`. */
  #run([first, ...args]: Words, state: ShellState, input: Stdin): boolean {
    if (first === undefined || this.#isSpent(args.length)) return true;
    // `/usr/bin/rm`, `rm.exe`, `prettier@3`
    const name = first.replace(/^.*\/|\.exe$|(?<=[^/])@[^/]*$/gs, "");
    if (/^(?:cd|pushd|popd)$/.test(name)) return this.#changeFolder(name, args, state);
    if (name === "eval") this.script(args.map((arg) => arg ?? '"$UNKNOWN"').join(" "), inside(state), input);
    else if (name === "read") {
      for (const arg of args) if (arg !== undefined) state.variables.set(arg, input.list ?? [undefined]);
    } else this.#inFolders(state, (directory) => this.#program(name, { args, directory, input }, state));
    return name === "true" || name === ":";
  }

  /** @returns what the program does by itself; of commands that it runs, the effects are added before. */
  #program(name: string, run: Run, state: ShellState): readonly Effect[] {
    const { args, directory, input } = run;
    const at = (folder: Value) => ({ ...inside(state), folders: [folder] });
    if (/^(?:ba|z|da|k)?sh$/.test(name)) {
      const script = args.findIndex((arg) => /^-[a-z]*c[a-z]*$/.test(arg ?? ""));
      const within = at(directory);
      for (const place of [0, 1, 2, 3]) within.variables.set(`${place}`, [args[script + 2 + place]]);
      within.variables.set("@", args.slice(script + 3));
      // Without a script of its own a shell runs what it reads.
      const isReading = script < 0 && args.every((arg) => arg?.startsWith("-"));
      this.script(script >= 0 ? args[script + 1] : isReading ? input.text : undefined, within);
      return [];
    }
    const wrapped = unwrap(name, run);
    if (wrapped) {
      const { words, folder } = wrapped;
      const [script, ...told] = /^(?:npm|pnpm|yarn|bun)$/.test(name) ? words : [];
      const found = script && folder && this.facts.packageScript(script, folder);
      const within = at(found ? found.directory : folder);
      within.variables.set("@", told[0] === "--" ? told.slice(1) : told);
      if (found) this.script(`${found.text}${told.length > 0 ? ' "$@"' : ""}`, within);
      else this.#run(words, within, input);
      return [];
    }
    for (const words of commandsForFound(name, run)) this.#run(words, at(directory), {});
    if (/^(?:git|gh|glab)$/.test(name)) return gitEffects(name, run);
    return programEffects(name, run);
  }

  #changeFolder(name: string, args: Words, state: ShellState): boolean {
    const [target = args.length === 0 ? this.facts.home : undefined] = new ProgramArguments(args).operands;
    const { folders, stack } = state;
    const top = name === "popd" ? (stack[0] ?? folders) : undefined;
    state.stack = name === "popd" ? stack.slice(1) : name === "pushd" ? [folders, ...stack] : stack;
    const to = folders.map((folder) => {
      const path = absolutePath(target, folder);
      // The shell takes `..` off the path that it remembers, whatever links are in it.
      return path && posix.normalize(path);
    });
    state.folders = together(top ?? (target === "-" ? [undefined] : to), []);
    const made = this.effects.flatMap((effect) => (effect.kind === "folder" ? effect.path : []));
    return state.folders.every(
      (path) => path === undefined || this.facts.isFolder(path) || made.includes(path),
    );
  }

  #expand(word: Bash.Word, state: ShellState, splits = true): Words {
    const valuesOf = (part: Bash.WordPart): Words => {
      if (part.type === "CommandExpansion") return this.#printed(part.script, state, {}).list ?? [undefined];
      const isPlain = part.type === "ParameterExpansion" && !part.operation && !part.prefix;
      const isAll = isPlain && /^[@*]?$/.test(part.index?.text ?? "");
      const name = part.type === "SimpleExpansion" ? part.text.slice(1) : isAll ? part.parameter : "";
      const values =
        name === "PWD" ? together(state.folders, [], 1) : (state.variables.get(name) ?? [undefined]);
      const length = values.reduce((sum, value) => sum + 1 + (value?.length ?? 0) / 16, 0);
      return this.#isSpent(length) ? [undefined] : values;
    };
    const fields = this.#isSpent() ? [undefined] : expandWord(word, this.facts.home, valuesOf, splits);
    this.#steps += fields.length;
    return fields;
  }

  /** Adds what something does in each folder where the shell may be. */
  #inFolders({ folders }: ShellState, effectsIn: (folder: Value) => readonly Effect[]): void {
    for (const folder of folders) {
      const before = this.effects.length;
      this.effects.push(...effectsIn(folder));
      if (folders.length === 1) continue;
      for (const effect of this.effects.splice(before)) this.effects.push({ ...effect, isPossible: true });
    }
  }

  #isSpent(steps = 0): boolean {
    this.#steps += steps;
    return this.#steps >= MAX_STEPS || this.effects.length >= MAX_EFFECTS;
  }
}

/** A shell of its own: it starts with all that this one has, and changes nothing of it. */
function inside(state: ShellState): ShellState {
  return { ...state, variables: new Map(state.variables) };
}

/** Each folder once; too many are not told apart any more. */
function together(some: Words, others: Words, max = MAX_FOLDERS): Words {
  const all = [...new Set([...some, ...others])];
  return all.length > max ? [undefined] : all;
}

function ofText(text: Value): Stdin {
  return { text, list: text?.match(/\S+/g)?.slice(0, MAX_EFFECTS) };
}

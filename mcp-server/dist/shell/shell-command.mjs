// import:node:path in shell/shell-command.mjs
import { posix } from "node:path";

// import:lib/unbash.mjs in shell/shell-command.mjs
import { forEachChild, parse } from "../lib/unbash.mjs";

// import:shell.mjs in shell/shell-command.mjs
import { ProgramArguments, absolutePath, commandsForFound, expandWord, files, gitEffects, passesOn, programEffects, searchOf, unwrap } from "../shell.mjs";

// mcp-server/src/shell/shell-command.ts
var MAX_COMMAND = 65536;
var MAX_STEPS = 5e4;
var MAX_EFFECTS = 1e3;
var MAX_FOLDERS = 8;
function effectsOf(source, facts) {
  const reader = new ShellReader(facts);
  const state = { folders: [facts.directory], stack: [], variables: /* @__PURE__ */ new Map([["HOME", [facts.home]]]) };
  try {
    reader.script(source.replace(/[\ue000-\ue07f]/g, "�"), state);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return reader.effects.slice(0, MAX_EFFECTS);
}
var ShellReader = class {
  constructor(facts) {
    this.facts = facts;
  }
  facts;
  effects = [];
  #steps = 0;
  script(source, state, input = {}) {
    const text = source?.slice(0, MAX_COMMAND) ?? "";
    if (!this.#isSpent(text.length / 8)) this.#lists(parse(text), state, input);
  }
  /** Follows each `&&` and `||` list to all folders that it may end in. */
  #lists({ commands }, shell, input) {
    for (const { command, background } of commands) {
      const state = background ? inside(shell) : shell;
      const list = command.type === "AndOr" ? command : { commands: [command], operators: [] };
      let failedIn = [];
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
  #node(node, state, input) {
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
      for (const value of node.wordlist?.flatMap((word) => this.#expand(word, state)) ?? [void 0]) {
        state.variables.set(node.name.value, [value]);
        if (!this.#isSpent()) this.#perhaps(node.body, state, input);
      }
    } else if (node.type !== "Function")
      this.#inner(node, node.type === "Subshell" ? inside(state) : state, input);
    return false;
  }
  /** What is in a condition, a loop, a word, a test: lists that may run or not, and shells of their own. */
  #inner(node, state, input) {
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
  #perhaps(list, state, input) {
    const within = inside(state);
    this.#lists(list, within, input);
    for (const [name, value] of within.variables) {
      const before = state.variables.get(name);
      if (before !== value) state.variables.set(name, before === void 0 ? value : [void 0]);
    }
    state.folders = together(state.folders, within.folders);
  }
  #command(node, state, given) {
    this.#inner(node, state, {});
    const input = this.#redirected(node.redirects, state, given);
    const words = this.#words(node, state);
    const isDeclaring = /^(?:export|local|declare|typeset|readonly)$/.test(words[0] ?? "");
    for (const part of isDeclaring ? node.args : node.prefix) {
      if (part.type !== "Assignment") continue;
      const { value, index, append } = part;
      const assigned = value.type === "Word" ? [value] : value.elements;
      const values = assigned.flatMap((word) => this.#expand(word, state, value.type !== "Word"));
      state.variables.set(part.name, index || append ? [void 0] : values);
    }
    return node.name === void 0 || isDeclaring || this.#run(words, state, input);
  }
  #words({ name, args }, state) {
    const words = name ? [name, ...args] : args;
    return words.flatMap((word) => word.type === "Word" ? this.#expand(word, state) : [word.text]);
  }
  /** What redirections write, and what they make of standard input. */
  #redirected(redirections, state, given) {
    let input = given;
    for (const redirection of redirections) {
      if (redirection.type === "HereDoc") {
        const { body, delimiter } = redirection;
        input = delimiter?.quoted || !/[$`]/.test(body.text) ? ofText(body.text) : {};
        continue;
      }
      const part = redirection.target?.parts?.[0];
      const [target] = (redirection.target && this.#expand(redirection.target, state)) ?? [];
      if (redirection.type === "HereString") input = ofText(target);
      else if (part?.type === "ProcessSubstitution") input = this.#printed(part.script, state, {});
      else if (redirection.operator === "<") input = {};
      else if (!/^[<>]&$/.test(redirection.operator) || !/^[\d-]+$/.test(target ?? ""))
        this.#inFolders(state, (directory) => files({ directory }, [target]));
    }
    return input;
  }
  /** What a command is known to print, which is a list of files for the most part. */
  #printed(node, state, input) {
    if (node === void 0 || this.#isSpent((node.end - node.pos) / 8)) return {};
    if (node.type === "Pipeline")
      return node.commands.reduce((piped, one) => this.#printed(one, state, piped), input);
    if (node.type === "Script" && node.commands.length === 1)
      return this.#printed(node.commands[0]?.command, state, input);
    if (node.type !== "Command") return {};
    const [name = "", ...args] = this.#words(node, state);
    if (name === "pwd") return { list: together(state.folders, [], 1) };
    if (name === "git" && args[1] === "--show-toplevel") return { list: [this.facts.topLevel] };
    if (name === "echo") return { list: args, text: args.includes(void 0) ? void 0 : args.join(" ") };
    if (name === "cat") return args.length > 0 ? {} : this.#redirected(node.redirects, state, input);
    if (passesOn(name, args)) return { list: input.list };
    const search = searchOf(name, args);
    return search?.commands.length === 0 ? { list: search.found } : {};
  }
  /** Runs a command by what is known of its name. @returns as `#node`. */
  #run([first, ...args], state, input) {
    if (first === void 0 || this.#isSpent(args.length)) return true;
    const name = first.replace(/^.*\/|\.exe$|(?<=[^/])@[^/]*$/gs, "");
    if (/^(?:cd|pushd|popd)$/.test(name)) return this.#changeFolder(name, args, state);
    if (name === "eval") this.script(args.map((arg) => arg ?? '"$UNKNOWN"').join(" "), inside(state), input);
    else if (name === "read") {
      for (const arg of args) if (arg !== void 0) state.variables.set(arg, input.list ?? [void 0]);
    } else this.#inFolders(state, (directory) => this.#program(name, { args, directory, input }, state));
    return name === "true" || name === ":";
  }
  /** @returns what the program does by itself; of commands that it runs, the effects are added before. */
  #program(name, run, state) {
    const { args, directory, input } = run;
    const at = (folder) => ({ ...inside(state), folders: [folder] });
    if (/^(?:ba|z|da|k)?sh$/.test(name)) {
      const script = args.findIndex((arg) => /^-[a-z]*c[a-z]*$/.test(arg ?? ""));
      const within = at(directory);
      for (const place of [0, 1, 2, 3]) within.variables.set(`${place}`, [args[script + 2 + place]]);
      within.variables.set("@", args.slice(script + 3));
      const isReading = script < 0 && args.every((arg) => arg?.startsWith("-"));
      this.script(script >= 0 ? args[script + 1] : isReading ? input.text : void 0, within);
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
  #changeFolder(name, args, state) {
    const [target = args.length === 0 ? this.facts.home : void 0] = new ProgramArguments(args).operands;
    const { folders, stack } = state;
    const top = name === "popd" ? stack[0] ?? folders : void 0;
    state.stack = name === "popd" ? stack.slice(1) : name === "pushd" ? [folders, ...stack] : stack;
    const to = folders.map((folder) => {
      const path = absolutePath(target, folder);
      return path && posix.normalize(path);
    });
    state.folders = together(top ?? (target === "-" ? [void 0] : to), []);
    const made = this.effects.flatMap((effect) => effect.kind === "folder" ? effect.path : []);
    return state.folders.every(
      (path) => path === void 0 || this.facts.isFolder(path) || made.includes(path)
    );
  }
  #expand(word, state, splits = true) {
    const valuesOf = (part) => {
      if (part.type === "CommandExpansion") return this.#printed(part.script, state, {}).list ?? [void 0];
      const isPlain = part.type === "ParameterExpansion" && !part.operation && !part.prefix;
      const isAll = isPlain && /^[@*]?$/.test(part.index?.text ?? "");
      const name = part.type === "SimpleExpansion" ? part.text.slice(1) : isAll ? part.parameter : "";
      const values = name === "PWD" ? together(state.folders, [], 1) : state.variables.get(name) ?? [void 0];
      const length = values.reduce((sum, value) => sum + 1 + (value?.length ?? 0) / 16, 0);
      return this.#isSpent(length) ? [void 0] : values;
    };
    const fields = this.#isSpent() ? [void 0] : expandWord(word, this.facts.home, valuesOf, splits);
    this.#steps += fields.length;
    return fields;
  }
  /** Adds what something does in each folder where the shell may be. */
  #inFolders({ folders }, effectsIn) {
    for (const folder of folders) {
      const before = this.effects.length;
      this.effects.push(...effectsIn(folder));
      if (folders.length === 1) continue;
      for (const effect of this.effects.splice(before)) this.effects.push({ ...effect, isPossible: true });
    }
  }
  #isSpent(steps = 0) {
    this.#steps += steps;
    return this.#steps >= MAX_STEPS || this.effects.length >= MAX_EFFECTS;
  }
};
function inside(state) {
  return { ...state, variables: new Map(state.variables) };
}
function together(some, others, max = MAX_FOLDERS) {
  const all = [.../* @__PURE__ */ new Set([...some, ...others])];
  return all.length > max ? [void 0] : all;
}
function ofText(text) {
  return { text, list: text?.match(/\S+/g)?.slice(0, MAX_EFFECTS) };
}
export {
  effectsOf
};

// import:node:path in shell/shell-command.mjs
import { posix } from "node:path";

// import:lib/unbash.mjs in shell/shell-command.mjs
import { forEachChild, parse } from "../lib/unbash.mjs";

// import:shell.mjs in shell/shell-command.mjs
import { FILE_COMMANDS, absolutePath, expandWord, findEffects, formatterEffects, gitEffects, unwrap, valueOfWord, writeOf } from "../shell.mjs";

// mcp-server/src/shell/shell-command.ts
var MAX_COMMAND = 65536;
var MAX_STEPS = 5e4;
var MAX_EFFECTS = 1e3;
var DEEPEST = 24;
var SHELLS = /^(?:ba|z|da|k|a)?sh$/;
var NESTING = /* @__PURE__ */ new Set([
  "CommandExpansion",
  "ProcessSubstitution",
  "ArithmeticExpansion",
  "ArithmeticCommandExpansion"
]);
var DECLARING = /* @__PURE__ */ new Set(["export", "local", "declare", "typeset", "readonly"]);
function effectsOf(source, facts) {
  const reader = new ShellReader(facts);
  try {
    reader.script(source, {
      directory: facts.directory,
      previous: void 0,
      variables: /* @__PURE__ */ new Map([["HOME", { text: facts.home }]]),
      functions: /* @__PURE__ */ new Map(),
      depth: 0
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return reader.effects;
}
var NO_INPUT = { input: void 0, inputFile: void 0 };
var ShellReader = class {
  constructor(facts) {
    this.facts = facts;
  }
  facts;
  effects = [];
  #steps = 0;
  script(source, state) {
    const read = source.slice(0, MAX_COMMAND);
    this.#steps += read.length / 8;
    this.#statements(parse(read), state);
  }
  #statements({ commands }, state) {
    for (const { command, background } of commands)
      this.#node(command, background ? inside(state) : state, NO_INPUT);
  }
  #node(node, state, input) {
    this.#steps++;
    if (this.#isSpent()) return;
    switch (node.type) {
      case "Command":
        this.#command(node, state, input);
        break;
      case "AndOr": {
        for (const [at, command] of node.commands.entries()) {
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
          state
        );
        break;
      case "If":
        this.#branches(
          [
            [node.clause, node.then],
            ...node.elif.map(({ clause, then }) => [clause, then]),
            ...node.else ? [[node.else]] : []
          ],
          state
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
  #pipeline(commands, state, input) {
    const [only] = commands;
    if (commands.length === 1 && only) {
      this.#node(only, state, input);
      return;
    }
    for (const [at, command] of commands.entries())
      this.#node(command, inside(state), at === 0 ? input : NO_INPUT);
  }
  /** Each branch may run or not: where they leave the shell in different folders, the folder is not known. */
  #branches(branches, state) {
    const before = state.directory;
    for (const branch of branches) {
      const within = inside(state);
      for (const node of branch) this.#node(node, within, NO_INPUT);
      for (const [name, value] of within.variables) {
        if (state.variables.get(name) !== value)
          state.variables.set(name, branches.length === 1 ? value : void 0);
      }
      for (const [name, body] of within.functions) state.functions.set(name, body);
      if (within.directory !== before) state.directory = void 0;
    }
  }
  #loop(name, words, body, state) {
    for (const word of words ?? []) this.#substitutions(word, state);
    const values = words?.flatMap((word) => this.#expand(word, state)) ?? [void 0];
    const before = state.directory;
    for (const value of values) {
      state.variables.set(name.value, value);
      this.#node(body, state, NO_INPUT);
      if (this.#isSpent()) return;
    }
    if (values.length > 0 && state.directory !== before) state.directory = void 0;
  }
  /** Commands inside a word, a test, an arithmetic expression: they run in shells of their own. */
  #substitutions(node, state) {
    if (node.type === "Word" && node.parts === void 0) return;
    if (NESTING.has(node.type)) this.#steps += (node.end - node.pos) / 8;
    if (this.#isSpent()) return;
    forEachChild(node, (child) => {
      this.#steps++;
      if (this.#isSpent()) return;
      if (child.type === "Script") this.#statements(child, inside(state));
      else this.#substitutions(child, state);
    });
  }
  #command(node, state, given) {
    this.#substitutions(node, state);
    const input = this.#redirections(node.redirects, state, given);
    const name = node.name && this.#expand(node.name, state);
    if (name === void 0) {
      for (const part of node.prefix) if (part.type === "Assignment") this.#assign(part, state);
      return;
    }
    const args = node.args.flatMap(
      (arg) => arg.type === "Word" ? this.#expand(arg, state) : [{ text: arg.text }]
    );
    if (DECLARING.has(name[0]?.text ?? "")) {
      for (const arg of node.args) if (arg.type === "Assignment") this.#assign(arg, state);
    }
    this.#run([...name, ...args], state, input);
  }
  #assign(node, state) {
    const value = node.value.type === "Word" && node.index === void 0 ? valueOfWord(node.value, this.#words(state)) : void 0;
    const before = node.append ? state.variables.get(node.name) : { text: "" };
    const text = value && before && before.text + value.text;
    const isKnown = text !== void 0 && text.length <= MAX_COMMAND;
    state.variables.set(node.name, isKnown ? { text } : void 0);
  }
  #redirections(redirections, state, given) {
    let { input, inputFile } = given;
    for (const redirection of redirections) {
      if (redirection.type === "HereDoc") {
        const { body, delimiter } = redirection;
        const isFixed = delimiter?.quoted === true || body.parts === void 0 || !/[$`]/.test(body.text);
        input = isFixed ? body.text : void 0;
        continue;
      }
      const target = redirection.target && this.#expand(redirection.target, state);
      const path = target?.length === 1 ? absolutePath(target[0], state.directory) : void 0;
      if (redirection.type === "HereString") input = target?.[0]?.text;
      else if (redirection.operator === "<") inputFile = path;
      else if (path !== void 0 && !duplicates(redirection.operator, target?.[0])) {
        this.#add(writeOf(path, target?.[0]?.pattern !== void 0));
      }
    }
    return { input, inputFile };
  }
  /** Runs a command whose words are expanded, by what is known of its name. */
  #run(words, state, input) {
    if (state.depth > DEEPEST || this.#isSpent()) return;
    const [first, ...args] = words;
    if (first === void 0) return;
    const name = first.text.split("/").at(-1)?.replace(/\.exe$/i, "") ?? "";
    const body = state.functions.get(first.text);
    if (body !== void 0) {
      this.#call(body, args, state);
      return;
    }
    switch (name) {
      case "cd":
      case "pushd":
        changeFolder(args, state, this.facts.home);
        return;
      case "popd":
        state.directory = void 0;
        return;
      case "read":
      case "unset":
      case "mapfile":
      case "readarray":
      case "getopts":
        for (const arg of args) if (arg !== void 0) state.variables.set(arg.text, void 0);
        return;
      case "eval": {
        const within = deeper(state);
        this.#nested(args.map((arg) => arg?.text ?? '"$UNKNOWN"').join(" "), within);
        state.directory = within.directory;
        return;
      }
      case "trap":
        if (args[0] !== void 0) this.#nested(args[0].text, inside(state));
        return;
    }
    if (SHELLS.test(name)) {
      this.#shell(args, state, input);
      return;
    }
    const wrapped = unwrap(name, args);
    if (wrapped !== void 0) {
      const folder = wrapped.folder === void 0 ? state.directory : absolutePath(wrapped.folder, state.directory);
      for (const output of wrapped.writes) this.#addPath(output, state);
      this.#run(wrapped.words, { ...inside(state), directory: folder }, input);
      return;
    }
    const invocation = {
      args,
      pathOf: (value) => absolutePath(value, state.directory),
      ...input
    };
    this.#add(...this.#effectsOf(name, invocation, state));
  }
  #effectsOf(name, run, state) {
    if (name === "git") return gitEffects(run, state.directory);
    if (name === "find") {
      const found = findEffects(run);
      for (const { words, folder } of found.commands) this.#search(words, folder, state);
      return found.effects;
    }
    return FILE_COMMANDS.get(name)?.(run) ?? formatterEffects(name, run);
  }
  /** A command that `find` runs for what it finds: whatever it would write, it may write anywhere below the folder. */
  #search(words, search, state) {
    const before = this.effects.length;
    this.#run(words, inside(state), NO_INPUT);
    const isFound = (path) => path.includes("{}");
    for (const effect of this.effects.splice(before)) {
      if (effect.kind === "write" && isFound(effect.path)) this.#add({ kind: "search", ...search });
      else if (effect.kind !== "place") this.#add(effect);
      else this.#add({ ...effect, sources: effect.sources.filter(({ path }) => !isFound(path)) });
    }
  }
  #call(body, args, state) {
    const variables = new Map(state.variables);
    for (let at = 0; at < 9; at++) variables.set(String(at + 1), args[at]);
    const within = { ...deeper(state), variables };
    this.#node(body, within, NO_INPUT);
    state.directory = within.directory;
  }
  #shell(args, state, { input }) {
    const script = args.findIndex((arg) => /^-[a-z]*c[a-z]*$/.test(arg?.text ?? ""));
    if (script >= 0) {
      const within = inside(state);
      for (const [at, arg] of args.slice(script + 2, script + 12).entries())
        within.variables.set(String(at), arg);
      this.#nested(args[script + 1]?.text, within);
      return;
    }
    if (args.every((arg) => arg?.text.startsWith("-"))) this.#nested(input, inside(state));
  }
  #nested(source, state) {
    if (source !== void 0 && state.depth <= DEEPEST) this.script(source, state);
  }
  #expand(word, state) {
    if (this.#isSpent()) return [void 0];
    const fields = expandWord(word, this.#words(state));
    this.#steps += fields.length;
    return fields;
  }
  #words(state) {
    return {
      home: this.facts.home,
      variable: (name) => {
        if (name === "PWD") return known(state.directory);
        if (name === "OLDPWD") return known(state.previous);
        const value = state.variables.get(name);
        this.#steps += (value?.text.length ?? 0) / 16;
        return this.#isSpent() ? void 0 : value;
      },
      substitution: (script) => this.#output(script, state)
    };
  }
  /** What a command substitution prints, of the two commands that tell where one is. */
  #output(script, state) {
    const command = script?.commands.length === 1 ? script.commands[0]?.command : void 0;
    if (command?.type !== "Command" || command.redirects.some(({ operator }) => operator !== ">" && operator !== ">&"))
      return void 0;
    const words = [command.name, ...command.args].map((word) => word?.type === "Word" ? word.value : "").join(" ");
    if (words === "pwd") return known(state.directory);
    return words === "git rev-parse --show-toplevel" ? known(this.facts.topLevel) : void 0;
  }
  #addPath(value, state) {
    const path = absolutePath(value, state.directory);
    if (path !== void 0) this.#add(writeOf(path));
  }
  #add(...effects) {
    for (const effect of effects) if (this.effects.length < MAX_EFFECTS) this.effects.push(effect);
  }
  #isSpent() {
    return this.#steps >= MAX_STEPS || this.effects.length >= MAX_EFFECTS;
  }
};
function inside(state) {
  return {
    ...deeper(state),
    variables: new Map(state.variables),
    functions: new Map(state.functions)
  };
}
function deeper(state) {
  return { ...state, depth: state.depth + 1 };
}
function known(text) {
  return text === void 0 ? void 0 : { text };
}
function duplicates(operator, target) {
  return operator === "<&" || operator === ">&" && /^(?:\d+-?|-)$/.test(target?.text ?? "");
}
function changeFolder(args, state, home) {
  const isOption = (arg) => arg !== void 0 && /^-(?:[LPe@n]+|-)$/.test(arg.text);
  const operands = args.slice(args.findIndex((arg) => !isOption(arg)) >>> 0);
  const [target] = operands;
  const before = state.directory;
  if (operands.length === 0) state.directory = home;
  else if (target?.text === "-") state.directory = state.previous;
  else {
    const path = target?.pattern === void 0 ? absolutePath(target, state.directory) : void 0;
    state.directory = path === void 0 ? void 0 : posix.normalize(path);
  }
  state.previous = before;
}
export {
  effectsOf
};

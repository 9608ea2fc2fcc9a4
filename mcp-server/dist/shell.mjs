// mcp-server/src/shell/command-arguments.ts
function readCommandArguments(args, shape = {}) {
  const flags = /* @__PURE__ */ new Set();
  const values = /* @__PURE__ */ new Map();
  const operands = [];
  const keep = (name, value) => {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  };
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at];
    if (arg?.text === "--") break;
    if (arg === void 0 || !/^-./.test(arg.text)) {
      if (shape.isPrefix) return { flags, values, operands: args.slice(at), afterDashes: void 0 };
      operands.push(arg);
      continue;
    }
    const long = /^--([^=]+)(?:=([\s\S]*))?$/.exec(arg.text);
    if (long !== null) {
      const [, name = "", value] = long;
      flags.add(name);
      if (value !== void 0) keep(name, { text: value });
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
  const afterDashes = at < args.length ? args.slice(at + 1) : void 0;
  return { flags, values, operands: [...operands, ...afterDashes ?? []], afterDashes };
}
function has({ flags }, ...names) {
  return names.some((name) => flags.has(name));
}
function optionValue({ values }, ...names) {
  return names.flatMap((name) => values.get(name) ?? []).at(-1);
}

// mcp-server/src/shell/command-effect.ts
function writeOf(path, isPattern = false) {
  return { kind: "write", path, isPattern, follows: true, reach: "file", how: "changes" };
}

// mcp-server/src/shell/file-commands.ts
var COPYING = { letters: "St", names: ["target-directory", "suffix"] };
var FILE_COMMANDS = /* @__PURE__ */ new Map([
  ["tee", (run) => files(run, readCommandArguments(run.args).operands)],
  [
    "touch",
    (run) => files(run, readCommandArguments(run.args, { letters: "dtr", names: ["date", "reference"] }).operands)
  ],
  [
    "truncate",
    (run) => files(run, readCommandArguments(run.args, { letters: "sr", names: ["size", "reference"] }).operands)
  ],
  [
    "shred",
    (run) => files(run, readCommandArguments(run.args, { letters: "ns", names: ["iterations", "size"] }).operands)
  ],
  ["rm", remove],
  ["unlink", remove],
  [
    "mkdir",
    (run) => folders(run, readCommandArguments(run.args, { letters: "m", names: ["mode"] }).operands)
  ],
  ["mv", move],
  ["cp", copy],
  ["install", install],
  ["rsync", synchronise],
  ["ln", link],
  ["dd", (run) => run.args.flatMap((arg) => arg?.text.startsWith("of=") ? files(run, [cut(arg, 3)]) : [])],
  ["sed", editInPlace("ef", { letters: "efl", names: ["expression", "file", "line-length"], attached: "i" })],
  ["perl", editInPlace("eE", { letters: "eEIMm", attached: "iF" })],
  ["ruby", editInPlace("e", { letters: "eIrEC", attached: "iF" })],
  ["patch", applyPatch]
]);
function files({ pathOf }, operands, change = {}) {
  return operands.flatMap((operand) => {
    const path = pathOf(operand);
    return path === void 0 ? [] : [{ ...writeOf(path, operand?.pattern !== void 0), ...change }];
  });
}
function folders({ pathOf }, operands) {
  return operands.flatMap((operand) => {
    const path = pathOf(operand);
    return path === void 0 ? [] : [{ kind: "folder", path }];
  });
}
function remove(run) {
  const args = readCommandArguments(run.args);
  const reach = has(args, "r", "R", "recursive") ? "tree" : "file";
  return files(run, args.operands, { follows: false, reach, how: "removes" });
}
function destination(args) {
  const folder = optionValue(args, "t", "target-directory");
  if (folder !== void 0) return { to: folder, from: args.operands };
  return { to: args.operands.at(-1), from: args.operands.slice(0, -1) };
}
function place(run, args, follows, takesFolders) {
  const { to, from } = destination(args);
  const path = run.pathOf(to);
  return path === void 0 || from.length === 0 ? [] : [{ kind: "place", path, sources: sources(run, from, takesFolders), follows }];
}
function sources(run, from, takesFolders) {
  return from.flatMap((value) => {
    const path = run.pathOf(value);
    return path === void 0 ? [] : [{ path, isPattern: value?.pattern !== void 0, takesFolders }];
  });
}
function move(run) {
  const args = readCommandArguments(run.args, COPYING);
  return [
    ...files(run, destination(args).from, { follows: false, reach: "tree", how: "removes" }),
    ...place(run, args, false, true)
  ];
}
function copy(run) {
  const args = readCommandArguments(run.args, COPYING);
  return place(run, args, true, has(args, "r", "R", "a", "recursive", "archive"));
}
function install(run) {
  const args = readCommandArguments(run.args, {
    letters: "gmotS",
    names: ["group", "mode", "owner", "target-directory"]
  });
  return has(args, "d", "directory") ? folders(run, args.operands) : place(run, args, false, false);
}
function synchronise(run) {
  const operands = run.args.filter((arg) => arg === void 0 || !arg.text.startsWith("-"));
  const to = operands.at(-1);
  if (operands.length < 2 || to === void 0 || /^[^/]*:/.test(to.text)) return [];
  if (run.args.some((arg) => arg?.text === "--dry-run" || /^-[a-z]*n/i.test(arg?.text ?? ""))) return [];
  return files(run, [to], { reach: "tree" });
}
function link(run) {
  const args = readCommandArguments(run.args, COPYING);
  const isSymbolic = has(args, "s", "symbolic");
  const { to, from } = destination(args);
  const targets = isSymbolic ? [] : files(run, args.operands.slice(0, Math.max(1, from.length)));
  const path = run.pathOf(from.length === 0 ? { text: "." } : to);
  const linked = from.length === 0 ? [to] : from;
  if (path === void 0) return targets;
  const linkTo = isSymbolic ? linked[0]?.text : void 0;
  return [
    ...targets,
    {
      kind: "place",
      path,
      sources: sources(run, linked, false),
      follows: false,
      ...linkTo !== void 0 && { linkTo }
    }
  ];
}
function editInPlace(scriptLetters, shape) {
  return (run) => {
    const args = readCommandArguments(run.args, shape);
    if (!has(args, "i", "in-place")) return [];
    const operands = [...args.operands];
    if (operands[0]?.text === "") operands.shift();
    if (!has(args, ...scriptLetters, "expression", "file")) operands.shift();
    return files(run, operands, { follows: false });
  };
}
function applyPatch(run) {
  const args = readCommandArguments(run.args, {
    letters: "pdioBDFgrVYxz",
    names: ["strip", "directory", "input", "output", "reject-file", "fuzz"]
  });
  if (has(args, "dry-run", "C")) return [];
  const [original, patchFile] = args.operands;
  const output = optionValue(args, "o", "output") ?? original;
  if (output !== void 0) return files(run, [output]);
  const file = optionValue(args, "i", "input") ?? patchFile;
  const folder = optionValue(args, "d", "directory") ?? { text: "." };
  return patches(run, run.pathOf(folder), file, {
    fromTopLevel: false,
    // Without the option the folders of the names do not count.
    strip: Number(optionValue(args, "p", "strip")?.text ?? Number.POSITIVE_INFINITY) || 0
  });
}
function patches(run, directory, file, how) {
  if (directory === void 0) return [];
  const path = file === void 0 || file.text === "-" ? run.inputFile : run.pathOf(file);
  if (path !== void 0) return [{ kind: "patch", directory, ...how, source: { file: path } }];
  return run.input === void 0 ? [] : [{ kind: "patch", directory, ...how, source: { text: run.input } }];
}
function cut(field, characters) {
  return { text: field.text.slice(characters) };
}

// mcp-server/src/shell/find-command.ts
var RUNNING = /* @__PURE__ */ new Set(["-exec", "-execdir", "-ok", "-okdir"]);
var PRINTING = /* @__PURE__ */ new Set(["-fprint", "-fprint0", "-fls", "-fprintf"]);
function findEffects(run) {
  const { args } = run;
  const begin = args.findIndex((arg) => /^(?:-[^HLPDO]|[(!])/.test(arg?.text ?? ""));
  const expression = begin < 0 ? [] : args.slice(begin);
  const starts = (begin < 0 ? args : args.slice(0, begin)).filter((arg) => !arg?.text.startsWith("-"));
  const folders2 = (starts.length === 0 ? [{ text: "." }] : starts).flatMap(
    (start) => run.pathOf(start) ?? []
  );
  const name = expression[expression.findIndex((arg) => arg?.text === "-name") + 1]?.text;
  const hasName = expression.some((arg) => arg?.text === "-name") && name !== void 0 && !name.includes("/");
  const searches = folders2.map((folder) => ({ folder, glob: hasName ? `**/${name}` : "**" }));
  const effects = [];
  const commands = [];
  for (const [at, arg] of expression.entries()) {
    const word = arg?.text ?? "";
    if (word === "-delete")
      effects.push(...searches.map((search) => ({ kind: "search", ...search })));
    if (PRINTING.has(word)) {
      const path = run.pathOf(expression[at + 1]);
      if (path !== void 0) effects.push(writeOf(path));
    }
    if (RUNNING.has(word)) {
      const rest = expression.slice(at + 1);
      const end = rest.findIndex((other) => other?.text === ";" || other?.text === "+");
      const words = end < 0 ? rest : rest.slice(0, end);
      for (const folder of searches) commands.push({ words, folder });
    }
  }
  return { effects, commands };
}

// mcp-server/src/shell/formatters.ts
var SETTINGS = {
  names: [
    ...[
      "config",
      "config-path",
      "config-precedence",
      "edition",
      "ext",
      "format",
      "ignore-path",
      "line-length"
    ],
    ...[
      "log-level",
      "manifest-path",
      "max-warnings",
      "parser",
      "plugin",
      "resolve-plugins-relative-to",
      "rule"
    ],
    ...["settings-file", "target-version"]
  ]
};
var CHECK = /^--?(?:check|diff|dry-run|list-different|l|d|n|emit=stdout)$/;
var FORMATTERS = {
  prettier: { writesWith: /^(?:--write|-w)$/ },
  eslint: { writesWith: /^--fix$/, takesFolder: true },
  stylelint: { writesWith: /^--fix$/ },
  standard: { writesWith: /^--fix$/, takesFolder: true },
  biome: {
    writesWith: /^--(?:write|fix|apply|unsafe)$/,
    subcommands: /^(?:format|lint|check)$/,
    takesFolder: true
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
  rubocop: { writesWith: /^(?:-[aAx]|--auto-?correct(?:-all)?)$/i, takesFolder: true }
};
function formatterEffects(name, run) {
  const formatter = Object.hasOwn(FORMATTERS, name) ? FORMATTERS[name] : void 0;
  if (formatter === void 0) return [];
  const given = (pattern) => run.args.some((arg) => arg !== void 0 && pattern.test(arg.text));
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
function target(run, operand) {
  const path = run.pathOf(operand);
  if (operand === void 0 || path === void 0) return [];
  if (operand.pattern === void 0 && /[*?{]/.test(operand.text)) {
    const folder = run.pathOf({ text: "." });
    return folder === void 0 ? [] : [{ kind: "search", folder, glob: operand.text.replace(/^\.\//, "") }];
  }
  return [{ ...writeOf(path, operand.pattern !== void 0), reach: "tree" }];
}

// import:graph.mjs in shell.mjs
import { expandBraces, literalGlob } from "./graph.mjs";

// mcp-server/src/shell/shell-words.ts
var MAX_FIELDS = 256;
var MAX_TEXT = 65536;
function expandWord(word, facts) {
  const parts = word.parts ?? [literalPart(word)];
  const alternatives = withoutBraces(parts);
  if (alternatives === void 0) return [void 0];
  const isTilde = word.text.startsWith("~");
  return alternatives.flatMap((alternative) => fieldsOf(alternative, facts, isTilde));
}
function valueOfWord(word, facts) {
  const drafts = [newDraft()];
  for (const part of word.parts ?? [literalPart(word)]) {
    if (part.type === "DoubleQuoted" || part.type === "LocaleString") addQuoted(drafts, part.parts, facts);
    else addPart(drafts, part, facts, true);
  }
  const [draft] = drafts;
  if (draft?.text === void 0) return void 0;
  return word.text.startsWith("~") ? atHome({ text: draft.text }, facts.home) : { text: draft.text };
}
function literalPart({ value, text, pos, end }) {
  return { type: "Literal", value, text, pos, end };
}
function withoutBraces(parts) {
  let alternatives = [[]];
  for (const part of parts) {
    const choices = part.type !== "BraceExpansion" || /["'`$\\]/.test(part.text) ? [part] : expandBraces(part.text)?.map((text) => ({ type: "Pattern", text }));
    if (choices === void 0 || alternatives.length * choices.length > MAX_FIELDS) return void 0;
    alternatives = alternatives.flatMap((before) => choices.map((choice) => [...before, choice]));
  }
  return alternatives;
}
function fieldsOf(parts, facts, isTilde) {
  const drafts = [newDraft()];
  for (const part of parts) addPart(drafts, part, facts, false);
  const fields = drafts.filter(({ text, isQuoted }) => text !== "" || isQuoted).map(finish);
  const [first] = fields;
  if (!isTilde || first === void 0) return fields;
  return [atHome(first, facts.home), ...fields.slice(1)];
}
function newDraft() {
  return { text: "", pattern: "", hasGlob: false, isQuoted: false };
}
function finish({ text, pattern, hasGlob }) {
  if (text === void 0) return void 0;
  return hasGlob ? { text, pattern } : { text };
}
function addPart(drafts, part, facts, isWhole) {
  switch (part.type) {
    case "Literal":
      addText(drafts, part.value);
      break;
    case "SingleQuoted":
    case "AnsiCQuoted":
      addText(drafts, part.value, true);
      break;
    case "DoubleQuoted":
    case "LocaleString":
      addQuoted(drafts, part.parts, facts);
      break;
    case "Pattern":
    case "Glob":
    case "ExtendedGlob":
      addUnquoted(drafts, part.text, isWhole);
      break;
    default: {
      const value = valueOfPart(part, facts);
      if (value === void 0) last(drafts).text = void 0;
      else if (value.pattern !== void 0) addValue(drafts, value);
      else addUnquoted(drafts, value.text, isWhole);
    }
  }
}
function addQuoted(drafts, parts, facts) {
  last(drafts).isQuoted = true;
  for (const part of parts) {
    if (part.type === "Literal") {
      addText(drafts, part.value, true);
      continue;
    }
    const value = valueOfPart(part, facts);
    if (value === void 0) last(drafts).text = void 0;
    else addValue(drafts, value);
  }
}
function valueOfPart(part, facts) {
  if (part.type === "SimpleExpansion") return facts.variable(part.text.slice(1));
  if (part.type === "CommandExpansion") return facts.substitution(part.script);
  if (part.type !== "ParameterExpansion") return void 0;
  const isPlain = part.operation === void 0 && part.prefix === void 0 && part.index === void 0;
  return isPlain ? facts.variable(part.parameter) : void 0;
}
function addText(drafts, text, isQuoted = false) {
  if (isQuoted) last(drafts).isQuoted = true;
  append(last(drafts), text, literalGlob(text));
}
function append(draft, text, pattern) {
  if (draft.text === void 0) return;
  draft.text = draft.text.length + text.length > MAX_TEXT ? void 0 : draft.text + text;
  draft.pattern += pattern;
}
function addValue(drafts, { text, pattern }) {
  const draft = last(drafts);
  append(draft, text, pattern ?? literalGlob(text));
  if (pattern !== void 0) draft.hasGlob = true;
}
function addUnquoted(drafts, text, isWhole) {
  const pieces = isWhole ? [text] : text.split(/[ \t\n]+/);
  for (const [at, piece] of pieces.entries()) {
    if (at > 0 && drafts.length < MAX_FIELDS) drafts.push(newDraft());
    const isGlob = !isWhole && /[*?[]/.test(piece);
    append(last(drafts), piece, isGlob ? piece : literalGlob(piece));
    if (isGlob) last(drafts).hasGlob = true;
  }
}
function absolutePath(value, folder) {
  if (value === void 0 || value.text === "" || value.text.includes("\0")) return void 0;
  const path = value.pattern ?? value.text;
  if (/^(?:\/|[a-z]:[\\/])/i.test(value.text)) return path;
  if (folder === void 0) return void 0;
  return `${value.pattern === void 0 ? folder : literalGlob(folder)}/${path}`;
}
function atHome({ text, pattern }, home) {
  if (text !== "~" && !text.startsWith("~/")) return void 0;
  return {
    text: home + text.slice(1),
    ...pattern !== void 0 && { pattern: literalGlob(home) + pattern.slice(1) }
  };
}
function last(drafts) {
  const draft = drafts.at(-1);
  if (draft === void 0) throw new Error("a word has at least one field");
  return draft;
}

// mcp-server/src/shell/git-commands.ts
var LEAVE = "Leave your changes uncommitted in the files: task_report hands them over.";
var UNSTAGED = "Other agents and the user share the index. Leave your files unstaged: task_report hands them over.";
var STAY = "Every agent works on the files of this branch. Stay on it.";
var NO_HISTORY = "The branch is shared with other agents. Leave history to whoever runs the plan.";
var NOT_YOURS = "It may hold work of other tasks. Leave it to whoever runs the plan.";
var REMEDIES = {
  stash: "The stash takes the changes of every agent away. Leave your changes where they are, or undo your own edits.",
  reset: "It undoes what other agents and the user did. Undo your own edits file by file.",
  clean: "It removes the new files of other agents. Remove only files that you made, by name.",
  commit: LEAVE,
  add: UNSTAGED,
  stage: UNSTAGED,
  "update-index": UNSTAGED,
  "read-tree": UNSTAGED,
  "checkout-index": UNSTAGED,
  switch: STAY,
  "sparse-checkout": STAY,
  bisect: STAY,
  merge: NO_HISTORY,
  rebase: NO_HISTORY,
  pull: NO_HISTORY,
  "cherry-pick": NO_HISTORY,
  revert: NO_HISTORY,
  am: NO_HISTORY,
  push: "Agents do not publish. Leave pushing to the user.",
  "update-ref": NO_HISTORY,
  "symbolic-ref": NO_HISTORY,
  "filter-branch": NO_HISTORY,
  "filter-repo": NO_HISTORY,
  reflog: NOT_YOURS,
  gc: NOT_YOURS,
  prune: NOT_YOURS,
  worktree: NOT_YOURS,
  branch: NOT_YOURS,
  tag: NOT_YOURS
};
var NEVER = /* @__PURE__ */ new Set([
  ...["stash", "push", "switch", "sparse-checkout", "bisect", "update-ref", "symbolic-ref", "filter-branch"],
  ...["filter-repo", "reflog", "gc", "prune", "worktree", "branch", "tag"]
]);
var HARMLESS = {
  stash: ({ operands }) => /^(list|show)$/.test(operands[0]?.text ?? ""),
  clean: (args) => has(args, "n", "dry-run"),
  commit: (args) => has(args, "dry-run"),
  add: (args) => has(args, "n", "dry-run"),
  stage: (args) => has(args, "n", "dry-run"),
  push: (args) => has(args, "n", "dry-run"),
  bisect: ({ operands }) => /^(log|view|visualize|help)$/.test(operands[0]?.text ?? ""),
  "sparse-checkout": ({ operands }) => operands[0]?.text === "list",
  "symbolic-ref": (args) => args.operands.length < 2 && !has(args, "d", "delete"),
  reflog: ({ operands }) => !/^(expire|delete|drop)$/.test(operands[0]?.text ?? ""),
  worktree: ({ operands }) => !/^(remove|prune|move)$/.test(operands[0]?.text ?? ""),
  branch: (args) => !has(args, "d", "D", "m", "M", "f", "C", "delete", "move", "force") && !(has(args, "u", "set-upstream-to") && args.operands.length > 1),
  tag: (args) => !has(args, "d", "f", "delete", "force"),
  merge: (args) => has(args, "stat") && args.operands.length === 0
};
var GLOBAL = {
  letters: "Cc",
  names: ["git-dir", "work-tree", "namespace", "exec-path", "config-env", "super-prefix"],
  isPrefix: true
};
var SHAPES = {
  restore: { letters: "sU", names: ["source", "pathspec-from-file"] },
  checkout: { letters: "bB", names: ["orphan", "pathspec-from-file", "conflict"] },
  clean: { letters: "e", names: ["exclude"] },
  apply: { letters: "pCx", names: ["directory", "include", "exclude"] }
};
function gitEffects(run, directory) {
  const global = readCommandArguments(run.args, GLOBAL);
  const [subcommand, ...args] = global.operands;
  const folder = (global.values.get("C") ?? []).reduce((from, into) => absolutePath(into, from), directory);
  const workTree = optionValue(global, "work-tree");
  const where = workTree === void 0 ? folder : run.pathOf(workTree);
  if (subcommand === void 0 || where === void 0) return [];
  const pathOf = (value) => absolutePath(value, where);
  return subcommandEffects({ ...run, args, pathOf, directory: where, subcommand: subcommand.text });
}
function subcommandEffects(run) {
  const { subcommand } = run;
  const args = readCommandArguments(run.args, SHAPES[subcommand]);
  const output = optionValue(args, "output");
  const outputs = output === void 0 ? [] : filesAt(run, [output]);
  switch (subcommand) {
    case "checkout":
      return checkout(run, args);
    case "restore":
      return restore(run, args);
    case "apply":
      return has(args, "check", "stat", "numstat", "summary") ? [] : apply(run, args);
    case "rm":
      return has(args, "n", "dry-run") ? [] : pathspecs(run, args.operands, "removes");
    case "mv":
      return has(args, "n", "dry-run") ? [] : rename(run, args);
  }
  const remedy = Object.hasOwn(REMEDIES, subcommand) ? REMEDIES[subcommand] : void 0;
  if (remedy === void 0) return outputs;
  const isHarmless = Object.hasOwn(HARMLESS, subcommand) && HARMLESS[subcommand]?.(args);
  return isHarmless || has(args, "help") ? outputs : [forbidden(run, remedy)];
}
function forbidden(run, remedy, how = "") {
  return {
    kind: "git",
    directory: run.directory,
    command: `git ${run.subcommand}${how}`,
    forbidden: NEVER.has(run.subcommand) || remedy === STAY ? "everywhere" : "shared",
    remedy
  };
}
function checkout(run, args) {
  if (has(args, "b", "B", "orphan", "detach", "d", "t", "track")) return [forbidden(run, STAY)];
  if (has(args, "f", "force", "p", "patch", "pathspec-from-file", "m", "merge")) {
    return [{ ...forbidden(run, REMEDIES.reset ?? ""), forbidden: "shared" }];
  }
  if (args.afterDashes !== void 0) return pathspecs(run, args.afterDashes, "discards");
  const words = args.operands.flatMap(
    (operand) => operand === void 0 ? [] : [operand.pattern ?? operand.text]
  );
  return words.length === 0 ? [] : [{ kind: "checkout", directory: run.directory, words }];
}
function switchesBranch(directory) {
  return { kind: "git", directory, command: "git checkout", forbidden: "everywhere", remedy: STAY };
}
function restore(run, args) {
  const staged = has(args, "S", "staged") ? [forbidden(run, UNSTAGED, " --staged")] : [];
  if (has(args, "p", "patch", "pathspec-from-file")) return [forbidden(run, REMEDIES.reset ?? "")];
  const touchesFiles = staged.length === 0 || has(args, "W", "worktree");
  return [...staged, ...touchesFiles ? pathspecs(run, args.operands, "discards") : []];
}
function apply(run, args) {
  if (has(args, "index", "cached", "3", "3way")) return [forbidden(run, UNSTAGED, " --index")];
  const strip = Number(optionValue(args, "p")?.text ?? 1);
  const folder = optionValue(args, "directory");
  const how = { fromTopLevel: folder === void 0, strip: Number.isNaN(strip) ? 1 : strip };
  const directory = folder === void 0 ? run.directory : absolutePath(folder, run.directory);
  const patchFiles = args.operands.length === 0 ? [void 0] : args.operands;
  return patchFiles.flatMap((file) => patches(run, directory, file, how));
}
function rename(run, args) {
  const path = run.pathOf(args.operands.at(-1));
  const from = args.operands.slice(0, -1);
  if (path === void 0 || from.length === 0) return [];
  return [
    ...pathspecs(run, from, "removes"),
    { kind: "place", path, sources: sources(run, from, true), follows: false }
  ];
}
function pathspecs(run, operands, how) {
  return operands.flatMap((operand) => {
    if (operand === void 0) return [];
    if (/^:[/(!^]/.test(operand.text) || operand.pattern === void 0 && /[*?]/.test(operand.text)) {
      return [
        forbidden(run, "Name your own files one by one, without wildcards and without a leading colon.")
      ];
    }
    const path = run.pathOf(operand);
    if (path === void 0) return [];
    const isPattern = operand.pattern !== void 0;
    return [{ ...writeOf(path, isPattern), follows: false, reach: "tree", how }];
  });
}
function filesAt(run, values) {
  return values.flatMap((value) => {
    const path = run.pathOf(value);
    return path === void 0 ? [] : [writeOf(path)];
  });
}

// mcp-server/src/shell/patch-paths.ts
var MAX_PATHS = 1e3;
var HEADER = /^(?:\+\+\+ |--- |rename (?:from|to) |copy to )(.*)$/gm;
function pathsInPatch(text, strip) {
  const paths = /* @__PURE__ */ new Set();
  for (const [line, rest = ""] of text.matchAll(HEADER)) {
    const isPlain = line.startsWith("rename") || line.startsWith("copy");
    const name = nameIn(rest);
    if (name === "/dev/null" || name === "") continue;
    const folders2 = name.split("/");
    paths.add(isPlain ? name : folders2.slice(Math.min(strip, folders2.length - 1)).join("/"));
    if (paths.size >= MAX_PATHS) break;
  }
  return [...paths];
}
function nameIn(rest) {
  const [name = ""] = rest.trimEnd().split("	");
  return /^".*"$/.test(name) ? name.slice(1, -1) : name;
}

// mcp-server/src/shell/prefix-commands.ts
var PREFIXES = {
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
    names: ["arg-file", "delimiter", "max-args", "max-procs", "max-lines", "max-chars", "replace"]
  },
  npx: { letters: "pc", names: ["package"] },
  bunx: {}
};
var RUNNERS = {
  npm: /* @__PURE__ */ new Set(["exec", "x"]),
  pnpm: /* @__PURE__ */ new Set(["exec", "dlx"]),
  yarn: /* @__PURE__ */ new Set(["exec", "dlx", "run"]),
  bun: /* @__PURE__ */ new Set(["x"])
};
function unwrap(name, args) {
  if (Object.hasOwn(RUNNERS, name)) {
    const [word, ...rest] = args;
    if (word === void 0 || !RUNNERS[name]?.has(word.text)) return void 0;
    const words2 = rest.slice(rest.findIndex((arg) => arg === void 0 || !arg.text.startsWith("-")) >>> 0);
    return { words: words2, folder: void 0, writes: [] };
  }
  const prefix = Object.hasOwn(PREFIXES, name) ? PREFIXES[name] : void 0;
  if (prefix === void 0) return void 0;
  const read = readCommandArguments(args, { ...prefix, isPrefix: true });
  if (name === "command" && (read.flags.has("v") || read.flags.has("V"))) return void 0;
  const folder = prefix.folder === void 0 ? void 0 : optionValue(read, prefix.folder, "chdir");
  const output = prefix.output === void 0 ? void 0 : optionValue(read, prefix.output, "output");
  let words = read.operands.slice(prefix.skip ?? 0);
  if (name === "env" || name === "sudo") {
    while (/^\w+=/.test(words[0]?.text ?? "")) words = words.slice(1);
  }
  if (name === "xargs") {
    const mark = optionValue(read, "I", "replace")?.text;
    words = mark === void 0 ? [...words, void 0] : words.map((word) => word?.text.includes(mark) ? void 0 : word);
  }
  return { words, folder, writes: output === void 0 ? [] : [output] };
}
export {
  FILE_COMMANDS,
  absolutePath,
  expandWord,
  findEffects,
  formatterEffects,
  gitEffects,
  has,
  optionValue,
  patches,
  pathsInPatch,
  readCommandArguments,
  sources,
  switchesBranch,
  unwrap,
  valueOfWord,
  writeOf
};

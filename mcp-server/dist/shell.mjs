// mcp-server/src/shell/program-arguments.ts
var ProgramArguments = class {
  operands = [];
  /** The operands after `--`, if it was there. */
  afterDashes;
  #options = [];
  /**
   * @param valued options with a value: letters in one word, after a `+` those without a blank between, then names.
   * @param isPrefix the first operand ends the options, because it is a command with options of its own.
   */
  constructor(args, valued = "", isPrefix = false) {
    const [letters = "", ...names] = valued.split(" ");
    const [apart = "", attached = ""] = letters.split("+");
    let at = 0;
    for (; at < args.length && args[at] !== "--"; at++) {
      const arg = args[at] ?? "";
      const [isLong, long = "", given] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(arg) ?? [];
      if (isLong) {
        this.#options.push({ name: long, value: given ?? (names.includes(long) ? args[++at] : void 0) });
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
    this.operands.push(...this.afterDashes ?? args.slice(at));
  }
  /** What these options, a blank between them, were given, in order. */
  values(options) {
    const names = options.split(" ");
    return this.#options.flatMap(({ name, value }) => names.includes(name) ? [value] : []);
  }
  has(options) {
    return this.values(options).length > 0;
  }
};

// import:graph.mjs in shell.mjs
import { expandBraces, literalGlob } from "./graph.mjs";

// mcp-server/src/shell/shell-words.ts
var MAX_FIELDS = 256;
var MAX_TEXT = 65536;
var PRIVATE = 57344;
var WILD = /[\ue000-\ue07f]/g;
function foundBy(glob) {
  return glob.replace(/[ -~]/g, (char) => String.fromCharCode(PRIVATE + char.charCodeAt(0)));
}
function isPattern(value) {
  return value !== void 0 && value.search(WILD) >= 0;
}
function pathOrGlob(value) {
  if (!isPattern(value)) return { path: value, isPattern: false };
  const literal = value.replace(/[^\ue000-\ue07f]+/g, literalGlob);
  const path = literal.replace(WILD, (char) => String.fromCharCode(char.charCodeAt(0) - PRIVATE));
  return { path, isPattern: true };
}
function absolutePath(value, folder) {
  if (value === void 0 || value === "" || value.includes("\0")) return void 0;
  if (/^(?:\/|[a-z]:[\\/])/i.test(value)) return value;
  return folder === void 0 ? void 0 : `${folder}/${value}`;
}
function expandWord(word, home, valuesOf, splits = true) {
  const { value, text, pos, end } = word;
  const parts = word.parts ?? [{ type: "Literal", value, text, pos, end }];
  let alternatives = [[]];
  for (const part of parts) {
    const isBrace = part.type === "BraceExpansion" && splits && !/["'`$\\]/.test(part.text);
    const choices = isBrace ? expandBraces(part.text)?.map((text2) => ({ ...part, text: text2 })) : [part];
    if (choices === void 0 || alternatives.length * choices.length > MAX_FIELDS) return [void 0];
    alternatives = alternatives.flatMap((before) => choices.map((choice) => [...before, choice]));
  }
  const fields = alternatives.flatMap((alternative) => fieldsOf(alternative, valuesOf, splits));
  const [first] = fields;
  if (!word.text.startsWith("~") || first === void 0) return fields;
  return [/^~(?:\/|$)/.test(first) ? home + first.slice(1) : void 0, ...fields.slice(1)];
}
function fieldsOf(parts, valuesOf, splits) {
  const fields = [""];
  const quoted = /* @__PURE__ */ new Set();
  const append = (text) => {
    const before = fields.pop();
    const isKnown = before !== void 0 && text !== void 0 && before.length + text.length <= MAX_TEXT;
    fields.push(isKnown ? before + text : void 0);
  };
  const appendAll = (values, isSplit) => {
    const all = isSplit ? values.flatMap((value) => value?.split(/[ \t\n]+/)) : values;
    for (const [at, value] of all.entries()) {
      if (at > 0 && fields.length < MAX_FIELDS) fields.push("");
      append(isSplit ? value?.replace(/[*?]|\[[^\]]*\]/g, foundBy) : value);
    }
  };
  const add = (part, isQuoted) => {
    if (isQuoted || /Quoted$|^Locale/.test(part.type)) quoted.add(fields.length - 1);
    if (part.type === "DoubleQuoted" || part.type === "LocaleString")
      for (const one of part.parts) add(one, true);
    else if (/Glob$/.test(part.type)) append(splits ? foundBy(part.text) : part.text);
    else if ("value" in part) append(part.value);
    else appendAll(part.type === "BraceExpansion" ? [part.text] : valuesOf(part), splits && !isQuoted);
  };
  for (const part of parts) add(part, false);
  return fields.filter((field, at) => field !== "" || quoted.has(at));
}

// mcp-server/src/shell/file-searches.ts
var LISTING = "l L files-with-matches files-without-match name-only files";
var VALUED = "ABCdefgmjtT regexp file include exclude exclude-dir max-count glob type extension max-depth";
function searchOf(name, args) {
  const listing = (found) => ({ found, commands: [] });
  if (name === "find") return find(args);
  if (name === "fd" || name === "fdfind") {
    const read2 = new ProgramArguments(args, VALUED);
    const [extension] = read2.values("e extension");
    return listing(below(read2.operands.slice(1), extension && `*.${extension}`));
  }
  const read = new ProgramArguments(name === "git" ? args.slice(1) : args, VALUED);
  const paths = read.operands.slice(read.has("e f regexp file files") ? 0 : 1);
  if (name === "git") {
    if (args[0] === "ls-files") return listing(gitPaths(read.operands));
    if (args[0] === "diff" && read.has("name-only")) return listing(gitPaths(read.afterDashes ?? []));
    return args[0] === "grep" && read.has(LISTING) ? listing(gitPaths(read.afterDashes ?? paths)) : void 0;
  }
  if (name === "ls") return read.operands.some(isPattern) ? listing(read.operands) : void 0;
  if (!/^(?:rg|grep)$/.test(name) || !read.has(LISTING)) return void 0;
  const isDeep = name === "rg" || read.has("r R recursive");
  return listing(isDeep ? below(paths, read.values("g glob include").at(-1)) : paths);
}
function below(paths, glob = "") {
  if (glob.includes("/") && !glob.startsWith("!")) return [foundBy(glob)];
  const name = glob === "" || glob.startsWith("!") ? "**" : `**/${glob}`;
  const folders = paths.length === 0 ? ["."] : paths;
  return folders.map((path) => path && `${path.replace(/\/+$/, "")}/${foundBy(name)}`);
}
function gitPaths(paths) {
  return (paths.length === 0 ? ["."] : paths).flatMap(
    (path) => path === void 0 || isPattern(path) || !/[*?]/.test(path) ? below([path]) : foundBy(path.replaceAll("**/", "").replaceAll("*", "**/*"))
  );
}
function find(args) {
  const begin = [...args, "("].findIndex((arg) => /^(?:-[^HLPDO]|[(!])/.test(arg ?? ""));
  const expression = args.slice(begin);
  const name = expression.indexOf("-name");
  const commands = expression.flatMap((word, at) => {
    if (word === "-delete") return [["rm", "{}"]];
    if (!/^-(?:exec|ok)(?:dir)?$/.test(word ?? "")) return [];
    const end = expression.findIndex((other, i) => i > at && (other === ";" || other === "+"));
    return [expression.slice(at + 1, end < 0 ? void 0 : end)];
  });
  const folders = args.slice(0, begin).filter((arg) => !arg?.startsWith("-"));
  return { found: below(folders, name < 0 ? "" : expression[name + 1]), commands };
}
function passesOn(name, args) {
  if (/^(?:sort|uniq|head|tail|tr)$/.test(name)) return true;
  const read = new ProgramArguments(args, "ef");
  return name === "grep" && (read.has("v") || /^\\?\.[\w|()?\\]+\$?$/.test(read.operands[0] ?? ""));
}
function commandsForFound(name, { args, input }) {
  if (name !== "xargs") {
    const { found = [], commands = [] } = searchOf(name, args) ?? {};
    return found.flatMap((item) => commands.map((words) => withItem(words, "{}", item)));
  }
  const read = new ProgramArguments(args, "aEdILnPs arg-file delimiter max-args max-procs replace", true);
  const list = input.list ?? [void 0];
  const mark = read.values("I replace").at(-1);
  return mark ? list.map((item) => withItem(read.operands, mark, item)) : [[...read.operands, ...list]];
}
function withItem(words, mark, item) {
  return words.map((word) => word?.includes(mark) ? item && word.replaceAll(mark, () => item) : word);
}

// mcp-server/src/shell/writing-programs.ts
var EDIT = { follows: false, how: "edits" };
var IN_PLACE = { ...EDIT, needs: "i in-place" };
var FORMAT = {
  valued: "c config config-path edition exclude ext format ignore-path line-length log-level max-warnings parser plugin profile rule select target-version",
  how: "edits",
  reach: "tree",
  reads: "check diff dry-run list-different"
};
var LINT = { ...FORMAT, needs: "fix", inFolder: true };
var FORMAT_ALL = { ...FORMAT, inFolder: true };
var WRITERS = {
  "tee sponge": {},
  touch: { valued: "dtr date reference" },
  "truncate shred": { valued: "srn size reference iterations" },
  "rm unlink": EDIT,
  sed: { ...IN_PLACE, valued: "efl+i expression file line-length", script: "e f expression file" },
  "perl ruby": { ...IN_PLACE, valued: "eEIMm+iF", script: "e E" },
  "prettier gofmt goimports shfmt": { ...FORMAT, needs: "write w" },
  "eslint stylelint standard oxlint": LINT,
  "biome/format biome/lint biome/check": { ...FORMAT_ALL, needs: "write fix apply unsafe" },
  "dprint/fmt deno/fmt go/fmt terraform/fmt ruff/format": FORMAT_ALL,
  "black rustfmt": FORMAT,
  isort: { ...FORMAT, valued: "", reads: "c check check-only diff d" },
  "ruff/check": { ...FORMAT_ALL, needs: "fix fix-only unsafe-fixes" },
  "cargo/fmt cargo/fix": FORMAT_ALL,
  "cargo/clippy": LINT,
  // Formatters among other hooks; without an option, of staged files, which agents have none of.
  "pre-commit/run": { ...FORMAT_ALL, needs: "a all-files files" }
};
function programEffects(name, run) {
  const [word] = new ProgramArguments(run.args, FORMAT.valued).operands;
  const isCalled = (one) => one === name || one === `${name}/${word}`;
  const [names, writer] = Object.entries(WRITERS).find(([names2]) => names2.split(" ").some(isCalled)) ?? [];
  if (writer) return written(writer, run, name, names?.includes("/"));
  if (/^(?:mv|cp|install|ln)$/.test(name)) return placed(name, run);
  const args = new ProgramArguments(run.args, "efm mode exclude include filter");
  if (args.has("n dry-run")) return [];
  const { operands } = args;
  if (name === "mkdir") return files(run, operands).map(({ path }) => ({ kind: "folder", path }));
  const isHere = operands.length > 1 && !/^[^/]*:/.test(operands.at(-1) ?? "");
  return name === "rsync" && isHere ? files(run, operands.slice(-1), { reach: "tree" }) : [];
}
function written(writer, run, name, hasWord = false) {
  const args = new ProgramArguments(run.args, writer.valued);
  const isReading = args.has(writer.reads ?? "") || name === "cargo" && run.args.includes("--check");
  if (isReading || writer.needs && !args.has(writer.needs)) return [];
  let operands = name === "cargo" ? [] : args.operands.slice(hasWord ? 1 : 0);
  if (writer.script && operands[0] === "") operands = operands.slice(1);
  if (writer.script && !args.has(writer.script)) operands = operands.slice(1);
  if (operands.length === 0 && writer.inFolder) operands = ["."];
  const { follows = true, how = args.has("c no-create") ? "edits" : "writes" } = writer;
  const reach = writer.reach ?? (args.has("r R recursive") && name === "rm" ? "tree" : "file");
  return files(run, writer.reach ? operands.map(ownPattern) : operands, { follows, how, reach });
}
function ownPattern(path) {
  if (path === void 0 || isPattern(path)) return path;
  return /[*?{]/.test(path) ? foundBy(path.replace(/^\.\//, "")) : path.replace(/\/\.\.\.$/, "");
}
function placed(name, run) {
  const args = new ProgramArguments(run.args, "gmotS group mode owner suffix target-directory");
  const { operands } = args;
  const [into] = args.values("t target-directory");
  const from = into === void 0 ? operands.slice(0, -1) : operands;
  const path = absolutePath(into ?? operands.at(-1), run.directory);
  const sources = files(run, from, { ...EDIT, reach: name === "mv" ? "tree" : "file" });
  const taken = name === "mv" || name === "ln" && !args.has("s symbolic") ? sources : [];
  if (path === void 0 || from.length === 0) return taken;
  const reach = name === "mv" || args.has("r R a recursive archive") ? "tree" : "file";
  return [...taken, { kind: "place", path, sources, follows: name === "cp", reach }];
}
function files(run, operands, change = {}) {
  return operands.flatMap((operand) => {
    const path = absolutePath(operand, run.directory);
    const how = { kind: "write", follows: true, reach: "file", how: "writes" };
    return path === void 0 ? [] : [{ ...how, ...pathOrGlob(path), ...change }];
  });
}

// mcp-server/src/shell/git-commands.ts
var UNSTAGED = "All share one index. Leave your files unstaged: task_report hands them over.";
var STAY = "Every agent works on the files of this branch. Stay on it.";
var NO_HISTORY = "The branch is shared with other agents. Leave history to whoever runs the plan.";
var UNDOES = "It undoes what other agents and the user did. Undo your own edits file by file.";
var STASH = "The stash takes the changes of every agent away. Leave yours where they are, or undo them.";
var NOT_YOURS = "It may hold work of other tasks. Leave it to whoever runs the plan.";
var BY_NAME = "Name your own files one by one, without wildcards and without a leading colon.";
var RULES = [
  ["stash", "everywhere", STASH],
  ["reset", "shared", UNDOES],
  ["clean", "shared", "It removes the new files of other agents. Remove only files that you made, by name."],
  ["commit", "shared", "Leave your changes uncommitted in the files: task_report hands them over."],
  ["add stage update-index read-tree checkout-index", "shared", UNSTAGED],
  ["switch sparse-checkout bisect", "everywhere", STAY],
  ["merge rebase pull cherry-pick revert am", "shared", NO_HISTORY],
  ["update-ref symbolic-ref filter-branch filter-repo", "everywhere", NO_HISTORY],
  ["push", "everywhere", "Agents do not publish. Leave pushing to the user."],
  ["reflog gc prune worktree branch tag", "everywhere", NOT_YOURS]
];
var HARMLESS = /^(?:stash (?:list|show)\b|(?:clean|add|stage|push) (?:.* )?(?:-\w*n|--dry-run)|commit (?:.* )?--dry-run|(?:am|rebase) --show-current|merge --stat$|bisect (?:log|view|visualize|help)\b|sparse-checkout list|symbolic-ref (?!.*(?:-d|--delete))(?:-\S+ )*\S+$|reflog(?! expire| delete| drop)|worktree(?! remove| prune| move)|branch(?!.* (?:-\w*[dDmMfC]|--(?:delete|move|force)|(?:-u|--set-upstream-to)\S* \S+ \S))|tag(?!.* (?:-\w*[df]|--(?:delete|force))))/;
function gitEffects(name, run) {
  const global = new ProgramArguments(run.args, "Cc git-dir work-tree namespace exec-path", true);
  const [subcommand, ...words] = global.operands;
  const folders = global.values("C work-tree");
  const directory = folders.reduce((from, into) => absolutePath(into, from), run.directory);
  const args = new ProgramArguments(words, subcommand === "checkout" ? "bB" : "sCUe source");
  if (subcommand === void 0 || directory === void 0 || args.has("help")) return [];
  const { operands, afterDashes } = args;
  const at = { ...run, args: words, directory };
  const forbid = (remedy2, how = "", forbidden2 = "shared") => [{ kind: "git", directory, command: `${name} ${subcommand}${how}`, forbidden: forbidden2, remedy: remedy2 }];
  const pathspecs = (paths, how) => paths.flatMap((path) => {
    const isOwnPattern = !isPattern(path) && /^:[/(!^]|[*?]/.test(path ?? "");
    return isOwnPattern ? forbid(BY_NAME) : files(at, [path], { follows: false, reach: "tree", how });
  });
  if (name !== "git") return operands[0] === "checkout" ? forbid(STAY, " checkout", "everywhere") : [];
  switch (args.has("n dry-run") ? "" : subcommand) {
    case "checkout": {
      if (args.has("b B orphan detach d t track")) return forbid(STAY, "", "everywhere");
      if (args.has("f force p patch pathspec-from-file m merge")) return forbid(UNDOES);
      if (afterDashes) return pathspecs(afterDashes, "discards");
      const known = operands.flatMap((operand) => operand === void 0 ? [] : pathOrGlob(operand).path);
      const [switched] = forbid(STAY, "", "everywhere");
      return known.length === 0 ? [] : [{ ...switched, unlessPaths: known }];
    }
    case "restore": {
      if (args.has("p patch pathspec-from-file")) return forbid(UNDOES);
      const staged = args.has("S staged") ? forbid(UNSTAGED, " --staged") : [];
      if (args.has("S staged") && !args.has("W worktree")) return staged;
      return [...staged, ...pathspecs(operands, "discards")];
    }
    case "apply":
      return args.has("index cached 3 3way") ? forbid(UNSTAGED, " --index") : [];
    case "rm":
      return pathspecs(operands, "edits");
    case "mv":
      return placed("mv", at);
    case "submodule": {
      const [word, ...paths] = operands;
      if (!args.has("f force") || !/^(?:update|deinit)$/.test(word ?? "")) return [];
      return paths.length > 0 ? pathspecs(paths, "discards") : forbid(UNDOES, ` ${word}`);
    }
  }
  const [, forbidden, remedy] = RULES.find(([names]) => names.split(" ").includes(subcommand)) ?? [];
  if (remedy === void 0 || HARMLESS.test([subcommand, ...words.map((word) => word ?? "?")].join(" ")))
    return files(at, args.values("output"));
  return forbid(remedy, "", forbidden);
}

// mcp-server/src/shell/prefix-commands.ts
var PREFIXES = {
  env: ["uC unset chdir"],
  sudo: ["CDghpRrtTuU user group chdir host prompt"],
  "time nice stdbuf exec": ["noifea output format adjustment"],
  timeout: ["ks kill-after signal", 1],
  flock: ["wE timeout", 1],
  "npx uvx": ["pc package with from python"],
  "nohup setsid command builtin busybox bunx": [""],
  "npm pnpm yarn bun uv poetry pdm pipx bundle": ["pC with python extra group package prefix cwd"]
};
var CALLS = /^(?:npm test|(?:pnpm|yarn|bun) (?!(?:install|rm|unlink|ln)$).*)$/;
var MANAGERS = /^(?:npm|pnpm|yarn|bun|uv|poetry|pdm|pipx|bundle)$/;
function unwrap(name, { args, directory }) {
  if (/^python[\d.]*$/.test(name)) {
    const at = args.findIndex((arg) => arg === "-m" || !arg?.startsWith("-"));
    return args[at] === "-m" ? { words: args.slice(at + 1), folder: directory } : void 0;
  }
  const [, prefix] = Object.entries(PREFIXES).find(([names]) => names.split(" ").includes(name)) ?? [];
  if (prefix === void 0) return void 0;
  const read = new ProgramArguments(args, prefix[0], true);
  if (name === "command" && read.has("v V")) return void 0;
  let words = read.operands.slice(prefix[1] ?? 0);
  if (MANAGERS.test(name)) {
    const [word = "", ...rest] = words;
    if (/^(?:exec|x|dlx|run)$/.test(word)) words = new ProgramArguments(rest, prefix[0], true).operands;
    else if (!CALLS.test(`${name} ${word}`)) return void 0;
  }
  while (/^(?:env|sudo)$/.test(name) && /^\w+=/.test(words[0] ?? "")) words = words.slice(1);
  const folders = read.values(name === "sudo" ? "chdir D" : "chdir C prefix cwd");
  return { words, folder: folders.reduce((from, into) => absolutePath(into, from), directory) };
}
export {
  ProgramArguments,
  absolutePath,
  commandsForFound,
  expandWord,
  files,
  foundBy,
  gitEffects,
  isPattern,
  passesOn,
  pathOrGlob,
  placed,
  programEffects,
  searchOf,
  unwrap
};

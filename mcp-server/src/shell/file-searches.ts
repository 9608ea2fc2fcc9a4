import { ProgramArguments, type Run } from "./program-arguments.ts";
import { foundBy, isPattern, type Value, type Words } from "./shell-words.ts";

/** What a search would find, and do with it. */
export interface FileSearch {
  /** Each stands for whatever is below a folder that the search names; most of its filters are not looked at. */
  readonly found: Words;
  /** Commands that it runs for what it finds, which `{}` stands for. */
  readonly commands: readonly Words[];
}

const LISTING = "l L files-with-matches files-without-match name-only files";
const VALUED = "ABCdefgmjtT regexp file include exclude exclude-dir max-count glob type extension max-depth";

/** What a program that looks for files finds; undefined for any other. */
export function searchOf(name: string, args: Words): FileSearch | undefined {
  const listing = (found: Words) => ({ found, commands: [] });
  if (name === "find") return find(args);
  if (name === "fd" || name === "fdfind") {
    const read = new ProgramArguments(args, VALUED);
    const [extension] = read.values("e extension");
    return listing(below(read.operands.slice(1), extension && `*.${extension}`));
  }
  const read = new ProgramArguments(name === "git" ? args.slice(1) : args, VALUED);
  const paths = read.operands.slice(read.has("e f regexp file files") ? 0 : 1);
  if (name === "git") {
    if (args[0] === "ls-files") return listing(gitPaths(read.operands));
    if (args[0] === "diff" && read.has("name-only")) return listing(gitPaths(read.afterDashes ?? []));
    return args[0] === "grep" && read.has(LISTING) ? listing(gitPaths(read.afterDashes ?? paths)) : undefined;
  }
  if (name === "ls") return read.operands.some(isPattern) ? listing(read.operands) : undefined;
  if (!/^(?:rg|grep)$/.test(name) || !read.has(LISTING)) return undefined;
  const isDeep = name === "rg" || read.has("r R recursive");
  return listing(isDeep ? below(paths, read.values("g glob include").at(-1)) : paths);
}

/** Files below these folders, or these files themselves. */
function below(paths: Words, glob = ""): Value[] {
  if (glob.includes("/") && !glob.startsWith("!")) return [foundBy(glob)];
  const name = glob === "" || glob.startsWith("!") ? "**" : `**/${glob}`;
  const folders = paths.length === 0 ? ["."] : paths;
  return folders.map((path) => path && `${path.replace(/\/+$/, "")}/${foundBy(name)}`);
}

/** Git's own wildcards match at every depth. */
function gitPaths(paths: Words): Value[] {
  return (paths.length === 0 ? ["."] : paths).flatMap((path) =>
    path === undefined || isPattern(path) || !/[*?]/.test(path)
      ? below([path])
      : foundBy(path.replaceAll("**/", "").replaceAll("*", "**/*")),
  );
}

/** `find FOLDERS EXPRESSION`. */
function find(args: Words): FileSearch {
  const begin = [...args, "("].findIndex((arg) => /^(?:-[^HLPDO]|[(!])/.test(arg ?? ""));
  const expression = args.slice(begin);
  const name = expression.indexOf("-name");
  const commands = expression.flatMap((word, at) => {
    if (word === "-delete") return [["rm", "{}"]];
    if (!/^-(?:exec|ok)(?:dir)?$/.test(word ?? "")) return [];
    const end = expression.findIndex((other, i) => i > at && (other === ";" || other === "+"));
    return [expression.slice(at + 1, end < 0 ? undefined : end)];
  });
  const folders = args.slice(0, begin).filter((arg) => !arg?.startsWith("-"));
  return { found: below(folders, name < 0 ? "" : expression[name + 1]), commands };
}

/** Whether a filter lets a list of files through; not one whose pattern decides which of them remain. */
export function passesOn(name: string, args: Words): boolean {
  if (/^(?:sort|uniq|head|tail|tr)$/.test(name)) return true;
  const read = new ProgramArguments(args, "ef");
  return name === "grep" && (read.has("v") || /^\\?\.[\w|()?\\]+\$?$/.test(read.operands[0] ?? ""));
}

/** The commands that `find` runs for what it finds, or `xargs` for what it reads: in the place of the mark, or last. */
export function commandsForFound(name: string, { args, input }: Run): readonly Words[] {
  if (name !== "xargs") {
    const { found = [], commands = [] } = searchOf(name, args) ?? {};
    return found.flatMap((item) => commands.map((words) => withItem(words, "{}", item)));
  }
  const read = new ProgramArguments(args, "aEdILnPs arg-file delimiter max-args max-procs replace", true);
  const list = input.list ?? [undefined];
  const mark = read.values("I replace").at(-1);
  return mark ? list.map((item) => withItem(read.operands, mark, item)) : [[...read.operands, ...list]];
}

/** The words with an item in the place of a mark. */
function withItem(words: Words, mark: string, item: Value): Words {
  return words.map((word) => (word?.includes(mark) ? item && word.replaceAll(mark, () => item) : word));
}

import {
  type Arguments,
  has,
  type OptionShape,
  optionValue,
  readCommandArguments,
} from "./command-arguments.ts";
import {
  type Effect,
  type FileEffect,
  type PatchEffect,
  type Reach,
  type Source,
  writeOf,
} from "./command-effect.ts";
import type { Field, Value } from "./shell-words.ts";

/** A command in the place where it would run. */
export interface Invocation {
  readonly args: readonly Value[];
  /** The absolute path that an argument names there; undefined where that cannot be known. */
  readonly pathOf: (value: Value) => string | undefined;
  /** What is written to its standard input, where the command line says so. */
  readonly input: string | undefined;
  /** The file that its standard input is read from. */
  readonly inputFile: string | undefined;
}

/** What a program does to files, by its name. */
export type FileCommand = (invocation: Invocation) => readonly Effect[];

const COPYING: OptionShape = { letters: "St", names: ["target-directory", "suffix"] };

export const FILE_COMMANDS: ReadonlyMap<string, FileCommand> = new Map<string, FileCommand>([
  ["tee", (run) => files(run, readCommandArguments(run.args).operands)],
  [
    "touch",
    (run) =>
      files(run, readCommandArguments(run.args, { letters: "dtr", names: ["date", "reference"] }).operands),
  ],
  [
    "truncate",
    (run) =>
      files(run, readCommandArguments(run.args, { letters: "sr", names: ["size", "reference"] }).operands),
  ],
  [
    "shred",
    (run) =>
      files(run, readCommandArguments(run.args, { letters: "ns", names: ["iterations", "size"] }).operands),
  ],
  ["rm", remove],
  ["unlink", remove],
  [
    "mkdir",
    (run) => folders(run, readCommandArguments(run.args, { letters: "m", names: ["mode"] }).operands),
  ],
  ["mv", move],
  ["cp", copy],
  ["install", install],
  ["rsync", synchronise],
  ["ln", link],
  ["dd", (run) => run.args.flatMap((arg) => (arg?.text.startsWith("of=") ? files(run, [cut(arg, 3)]) : []))],
  ["sed", editInPlace("ef", { letters: "efl", names: ["expression", "file", "line-length"], attached: "i" })],
  ["perl", editInPlace("eE", { letters: "eEIMm", attached: "iF" })],
  ["ruby", editInPlace("e", { letters: "eIrEC", attached: "iF" })],
  ["patch", applyPatch],
]);

function files(
  { pathOf }: Invocation,
  operands: readonly Value[],
  change: Partial<FileEffect> = {},
): Effect[] {
  return operands.flatMap((operand) => {
    const path = pathOf(operand);
    return path === undefined ? [] : [{ ...writeOf(path, operand?.pattern !== undefined), ...change }];
  });
}

function folders({ pathOf }: Invocation, operands: readonly Value[]): Effect[] {
  return operands.flatMap((operand) => {
    const path = pathOf(operand);
    return path === undefined ? [] : [{ kind: "folder" as const, path }];
  });
}

function remove(run: Invocation): readonly Effect[] {
  const args = readCommandArguments(run.args);
  const reach: Reach = has(args, "r", "R", "recursive") ? "tree" : "file";
  return files(run, args.operands, { follows: false, reach, how: "removes" });
}

/** The folder or file that copies go to, and what goes there. */
function destination(args: Arguments): { to: Value; from: readonly Value[] } {
  const folder = optionValue(args, "t", "target-directory");
  if (folder !== undefined) return { to: folder, from: args.operands };
  return { to: args.operands.at(-1), from: args.operands.slice(0, -1) };
}

function place(run: Invocation, args: Arguments, follows: boolean, takesFolders: boolean): readonly Effect[] {
  const { to, from } = destination(args);
  const path = run.pathOf(to);
  return path === undefined || from.length === 0
    ? []
    : [{ kind: "place", path, sources: sources(run, from, takesFolders), follows }];
}

/** Where things are taken from; what is not known is left out. */
export function sources(run: Invocation, from: readonly Value[], takesFolders: boolean): readonly Source[] {
  return from.flatMap((value) => {
    const path = run.pathOf(value);
    return path === undefined ? [] : [{ path, isPattern: value?.pattern !== undefined, takesFolders }];
  });
}

function move(run: Invocation): readonly Effect[] {
  const args = readCommandArguments(run.args, COPYING);
  return [
    ...files(run, destination(args).from, { follows: false, reach: "tree", how: "removes" }),
    ...place(run, args, false, true),
  ];
}

function copy(run: Invocation): readonly Effect[] {
  const args = readCommandArguments(run.args, COPYING);
  return place(run, args, true, has(args, "r", "R", "a", "recursive", "archive"));
}

function install(run: Invocation): readonly Effect[] {
  const args = readCommandArguments(run.args, {
    letters: "gmotS",
    names: ["group", "mode", "owner", "target-directory"],
  });
  return has(args, "d", "directory") ? folders(run, args.operands) : place(run, args, false, false);
}

function synchronise(run: Invocation): readonly Effect[] {
  const operands = run.args.filter((arg) => arg === undefined || !arg.text.startsWith("-"));
  const to = operands.at(-1);
  // A colon names another machine.
  if (operands.length < 2 || to === undefined || /^[^/]*:/.test(to.text)) return [];
  if (run.args.some((arg) => arg?.text === "--dry-run" || /^-[a-z]*n/i.test(arg?.text ?? ""))) return [];
  return files(run, [to], { reach: "tree" });
}

function link(run: Invocation): readonly Effect[] {
  const args = readCommandArguments(run.args, COPYING);
  const isSymbolic = has(args, "s", "symbolic");
  const { to, from } = destination(args);
  // Both names of a hard link are one file from then on.
  const targets = isSymbolic ? [] : files(run, args.operands.slice(0, Math.max(1, from.length)));
  // With one operand the link gets its target's name, in the folder where the command runs.
  const path = run.pathOf(from.length === 0 ? { text: "." } : to);
  const linked = from.length === 0 ? [to] : from;
  if (path === undefined) return targets;
  const linkTo = isSymbolic ? linked[0]?.text : undefined;
  return [
    ...targets,
    {
      kind: "place",
      path,
      sources: sources(run, linked, false),
      follows: false,
      ...(linkTo !== undefined && { linkTo }),
    },
  ];
}

/** `sed -i`, `perl -i`: without an option for the script the first operand is the script. */
function editInPlace(scriptLetters: string, shape: OptionShape): FileCommand {
  return (run) => {
    const args = readCommandArguments(run.args, shape);
    if (!has(args, "i", "in-place")) return [];
    const operands = [...args.operands];
    // BSD's `-i ''` keeps no copy; the empty suffix is an argument of its own.
    if (operands[0]?.text === "") operands.shift();
    if (!has(args, ...scriptLetters, "expression", "file")) operands.shift();
    return files(run, operands, { follows: false });
  };
}

function applyPatch(run: Invocation): readonly Effect[] {
  const args = readCommandArguments(run.args, {
    letters: "pdioBDFgrVYxz",
    names: ["strip", "directory", "input", "output", "reject-file", "fuzz"],
  });
  if (has(args, "dry-run", "C")) return [];
  const [original, patchFile] = args.operands;
  const output = optionValue(args, "o", "output") ?? original;
  if (output !== undefined) return files(run, [output]);
  const file = optionValue(args, "i", "input") ?? patchFile;
  const folder = optionValue(args, "d", "directory") ?? { text: "." };
  return patches(run, run.pathOf(folder), file, {
    fromTopLevel: false,
    // Without the option the folders of the names do not count.
    strip: Number(optionValue(args, "p", "strip")?.text ?? Number.POSITIVE_INFINITY) || 0,
  });
}

/** A patch from a file, or from standard input where the command line says what that is. */
export function patches(
  run: Invocation,
  directory: string | undefined,
  file: Value,
  how: Pick<PatchEffect, "fromTopLevel" | "strip">,
): readonly PatchEffect[] {
  if (directory === undefined) return [];
  const path = file === undefined || file.text === "-" ? run.inputFile : run.pathOf(file);
  if (path !== undefined) return [{ kind: "patch", directory, ...how, source: { file: path } }];
  return run.input === undefined ? [] : [{ kind: "patch", directory, ...how, source: { text: run.input } }];
}

function cut(field: Field, characters: number): Field {
  return { text: field.text.slice(characters) };
}

import type { Effect, FileEffect } from "./command-effect.ts";
import { ProgramArguments, type Run } from "./program-arguments.ts";
import { absolutePath, foundBy, isPattern, pathOrGlob, type Value, type Words } from "./shell-words.ts";

/** A program that writes the files that its operands name. Options are named as `ProgramArguments` takes them. */
interface Writer extends Partial<Pick<FileEffect, "how" | "follows" | "reach">> {
  readonly valued?: string;
  /** Writes only with one of these options, and nothing with one of those. */
  readonly needs?: string;
  readonly reads?: string;
  /** Without one of these options the first operand is a script. */
  readonly script?: string;
  /** Without operands it writes what is in its folder. */
  readonly inFolder?: boolean;
}

const EDIT = { follows: false, how: "edits" } as const;
const IN_PLACE = { ...EDIT, needs: "i in-place" } as const;
const FORMAT = {
  valued:
    "c config config-path edition exclude ext format ignore-path line-length log-level max-warnings parser plugin profile rule select target-version",
  how: "edits",
  reach: "tree",
  reads: "check diff dry-run list-different",
} as const;
const LINT = { ...FORMAT, needs: "fix", inFolder: true } as const;
const FORMAT_ALL = { ...FORMAT, inFolder: true } as const;

/** By names; `ruff/check` is `ruff` with its first operand `check`. */
const WRITERS: Readonly<Record<string, Writer>> = {
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
  "pre-commit/run": { ...FORMAT_ALL, needs: "a all-files files" },
};

/** What a program that is not git does to the files that its arguments name. */
export function programEffects(name: string, run: Run): readonly Effect[] {
  const [word] = new ProgramArguments(run.args, FORMAT.valued).operands;
  const isCalled = (one: string) => one === name || one === `${name}/${word}`;
  const [names, writer] = Object.entries(WRITERS).find(([names]) => names.split(" ").some(isCalled)) ?? [];
  if (writer) return written(writer, run, name, names?.includes("/"));
  if (/^(?:mv|cp|install|ln)$/.test(name)) return placed(name, run);
  const args = new ProgramArguments(run.args, "efm mode exclude include filter");
  if (args.has("n dry-run")) return [];
  const { operands } = args;
  if (name === "mkdir") return files(run, operands).map(({ path }) => ({ kind: "folder", path }));
  // A colon names another machine.
  const isHere = operands.length > 1 && !/^[^/]*:/.test(operands.at(-1) ?? "");
  return name === "rsync" && isHere ? files(run, operands.slice(-1), { reach: "tree" }) : [];
}

function written(writer: Writer, run: Run, name: string, hasWord = false): readonly Effect[] {
  const args = new ProgramArguments(run.args, writer.valued);
  const isReading = args.has(writer.reads ?? "") || (name === "cargo" && run.args.includes("--check"));
  if (isReading || (writer.needs && !args.has(writer.needs))) return [];
  let operands: Words = name === "cargo" ? [] : args.operands.slice(hasWord ? 1 : 0);
  // BSD's `-i ''` keeps no copy; the empty suffix is an argument of its own.
  if (writer.script && operands[0] === "") operands = operands.slice(1);
  if (writer.script && !args.has(writer.script)) operands = operands.slice(1);
  if (operands.length === 0 && writer.inFolder) operands = ["."];
  const { follows = true, how = args.has("c no-create") ? "edits" : "writes" } = writer;
  const reach = writer.reach ?? (args.has("r R recursive") && name === "rm" ? "tree" : "file");
  return files(run, writer.reach ? operands.map(ownPattern) : operands, { follows, how, reach });
}

/** Wildcards that the shell leaves to a formatter are expanded by it. */
function ownPattern(path: Value): Value {
  if (path === undefined || isPattern(path)) return path;
  return /[*?{]/.test(path) ? foundBy(path.replace(/^\.\//, "")) : path.replace(/\/\.\.\.$/, "");
}

/** What `mv`, `cp`, `install` and `ln` put where. */
export function placed(name: string, run: Run): readonly Effect[] {
  const args = new ProgramArguments(run.args, "gmotS group mode owner suffix target-directory");
  const { operands } = args;
  const [into] = args.values("t target-directory");
  const from = into === undefined ? operands.slice(0, -1) : operands;
  const path = absolutePath(into ?? operands.at(-1), run.directory);
  // Both names of a hard link are one file from then on.
  const sources = files(run, from, { ...EDIT, reach: name === "mv" ? "tree" : "file" });
  const taken = name === "mv" || (name === "ln" && !args.has("s symbolic")) ? sources : [];
  if (path === undefined || from.length === 0) return taken;
  const reach = name === "mv" || args.has("r R a recursive archive") ? "tree" : "file";
  return [...taken, { kind: "place", path, sources, follows: name === "cp", reach }];
}

/** Writes of these files, through links unless something else is said; what is not known is left out. */
export function files(run: Pick<Run, "directory">, operands: Words, change: Partial<FileEffect> = {}) {
  return operands.flatMap((operand): FileEffect[] => {
    const path = absolutePath(operand, run.directory);
    const how = { kind: "write", follows: true, reach: "file", how: "writes" } as const;
    return path === undefined ? [] : [{ ...how, ...pathOrGlob(path), ...change }];
  });
}

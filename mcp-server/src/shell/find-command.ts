import { type Effect, writeOf } from "./command-effect.ts";
import type { Invocation } from "./file-commands.ts";
import type { Value } from "./shell-words.ts";

/** What `find` would do: by itself, and by the commands that it runs for what it finds. */
export interface Found {
  readonly effects: readonly Effect[];
  readonly commands: readonly {
    /** `{}` stands for a file that was found. */
    readonly words: readonly Value[];
    readonly folder: { readonly folder: string; readonly glob: string };
  }[];
}

const RUNNING = new Set(["-exec", "-execdir", "-ok", "-okdir"]);
const PRINTING = new Set(["-fprint", "-fprint0", "-fls", "-fprintf"]);

/** Reads `find FOLDERS EXPRESSION`. */
export function findEffects(run: Invocation): Found {
  const { args } = run;
  const begin = args.findIndex((arg) => /^(?:-[^HLPDO]|[(!])/.test(arg?.text ?? ""));
  const expression = begin < 0 ? [] : args.slice(begin);
  const starts = (begin < 0 ? args : args.slice(0, begin)).filter((arg) => !arg?.text.startsWith("-"));
  const folders = (starts.length === 0 ? [{ text: "." }] : starts).flatMap(
    (start) => run.pathOf(start) ?? [],
  );
  const name = expression[expression.findIndex((arg) => arg?.text === "-name") + 1]?.text;
  const hasName =
    expression.some((arg) => arg?.text === "-name") && name !== undefined && !name.includes("/");
  const searches = folders.map((folder) => ({ folder, glob: hasName ? `**/${name}` : "**" }));

  const effects: Effect[] = [];
  const commands: { words: readonly Value[]; folder: (typeof searches)[number] }[] = [];
  for (const [at, arg] of expression.entries()) {
    const word = arg?.text ?? "";
    if (word === "-delete")
      effects.push(...searches.map((search) => ({ kind: "search" as const, ...search })));
    if (PRINTING.has(word)) {
      const path = run.pathOf(expression[at + 1]);
      if (path !== undefined) effects.push(writeOf(path));
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

import { inlineCode } from "../../text/markdown-lines.ts";

/** What a task says that it takes from others and gives to them: names in code, and tasks. */

/** Words of languages, which name nothing of a plan. */
const COMMON = new Set(
  `any args array async await bool boolean byte char class const ctx def error false float fn func function int
  interface let list map nil none null number object option promise record result return self set str string struct
  super this true tuple type undefined unknown var vec void`.split(/\s+/),
);
const DECLARED =
  /\b(?:fn|func|function|def|class|struct|enum|trait|type|interface|const|let|var|record|module|protocol)\s+([A-Za-z_$][\w$]*)/g;
const CALLED = /^(?:new\s+|async\s+|export\s+|\*|&)*([A-Za-z_$][\w$.]*)\s*(?:[([:<{]|\??\[\]|$)/;
const EXISTING =
  /\b(?:existing|exists|already|current(?:ly)?|built-?in|standard|stdlib|librar(?:y|ies)|external|third-party|unchanged|upstream|installed)\b|现有|既有|既存/i;

export function codeIn(text: string): string[] {
  return inlineCode(text).spans.map(({ code }) => code);
}

/** The names that a piece of code declares, or the one that it is; of a dotted one also its last part. */
function namesIn(code: string): string[] {
  const declared = [...code.matchAll(DECLARED)].map(([, name = ""]) => name);
  const called = CALLED.exec(code)?.[1];
  const parts = called === undefined ? [] : [called, called.split(".").at(-1) ?? ""];
  return [...new Set([...declared, ...parts])].filter(
    (name) => name.length > 1 && !COMMON.has(name.toLowerCase()),
  );
}

/** Everything that a piece of code names. */
function identifiersIn(code: string): string[] {
  return [...code.matchAll(/[A-Za-z_$][\w$]*/g)]
    .map(([name]) => name)
    .filter((name) => !COMMON.has(name.toLowerCase()));
}

export interface Producer {
  readonly id: string;
  readonly produces: string;
  readonly writes: readonly string[];
}

export interface Consumed {
  /** Ids of the tasks that produce what is consumed. */
  readonly producers: readonly string[];
  /** Names that no task before produces and that are not said to be there already. */
  readonly unmatched: readonly string[];
}

/**
 * Who produces what a text consumes.
 * @param namesTask whether a clause says from which task its names come.
 */
export function consumedFrom(
  text: string,
  producers: readonly Producer[],
  namesTask: (clause: string) => boolean,
): Consumed {
  const produced = producers.map((one) => ({
    one,
    names: new Set(codeIn(one.produces).flatMap(identifiersIn)),
  }));
  const found = new Set<string>();
  const unmatched = new Set<string>();
  for (const clause of text.split(/;\s|\.\s|；|。/)) {
    const explained = namesTask(clause) || EXISTING.test(clause);
    for (const code of codeIn(clause)) {
      const names = namesIn(code);
      const makers = [
        ...produced.filter((other) => names.some((name) => other.names.has(name))).map(({ one }) => one),
        ...producers.filter((other) => isPlaceOf(code, other.writes)),
      ];
      for (const { id } of makers) found.add(id);
      if (makers.length === 0 && names.length > 0 && !explained && !/[/\\]|\.\w{1,5}$/.test(code)) {
        unmatched.add(names[0] ?? "");
      }
    }
  }
  return { producers: [...found], unmatched: [...unmatched] };
}

/** A file that is written, or the package in whose folder one is: `wind.New` with `pkg/wind/new.go`. */
function isPlaceOf(code: string, writes: readonly string[]): boolean {
  const isBelow = (path: string, folder: string) => path.startsWith(`${folder.replace(/\/(?:\*\*)?$/, "")}/`);
  if (code.includes("/")) {
    return writes.some((path) => path === code || isBelow(path, code) || isBelow(code, path));
  }
  const packageName = /^([a-z_]\w*)\.[A-Za-z_]/.exec(code)?.[1];
  return (
    packageName !== undefined && writes.some((path) => path.split("/").slice(0, -1).includes(packageName))
  );
}

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

function codeIn(text: string): string[] {
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

/** What the tasks so far produce. */
export class Produced {
  readonly #byName = new Map<string, Set<string>>();
  /** Who writes what, by path and by the folders above it. */
  readonly #byPath = new Map<string, Set<string>>();
  /** Who writes whole folders. */
  readonly #byFolder = new Map<string, Set<string>>();
  readonly #byPackage = new Map<string, Set<string>>();

  add({ id, produces, writes }: Producer): void {
    for (const name of codeIn(produces).flatMap(identifiersIn)) noteIn(this.#byName, name, id);
    for (const path of writes) {
      const segments = path.replace(/\/(?:\*\*)?$/, "").split("/");
      for (const at of segments.keys()) noteIn(this.#byPath, segments.slice(0, at + 1).join("/"), id);
      if (/\/(?:\*\*)?$/.test(path)) noteIn(this.#byFolder, segments.join("/"), id);
      for (const folder of segments.slice(0, -1)) noteIn(this.#byPackage, folder, id);
    }
  }

  /** @param namesTask whether a clause says from which task its names come. */
  consumedBy(text: string, namesTask: (clause: string) => boolean): Consumed {
    const producers = new Set<string>();
    const unmatched = new Set<string>();
    for (const clause of text.split(/;\s|\.\s|；|。/)) {
      const explained = namesTask(clause) || EXISTING.test(clause);
      for (const code of codeIn(clause)) {
        const names = namesIn(code);
        const makers = this.#makersOf(code, names);
        for (const id of makers) producers.add(id);
        const isName = names.length > 0 && !/[/\\]|\.\w{1,5}$/.test(code);
        if (makers.length === 0 && isName && !explained) unmatched.add(names[0] ?? "");
      }
    }
    return { producers: [...producers], unmatched: [...unmatched] };
  }

  /** By name, by file or folder, or by the package in whose folder it is: `wind.New` with `pkg/wind/new.go`. */
  #makersOf(code: string, names: readonly string[]): string[] {
    const found = names.flatMap((name) => [...(this.#byName.get(name) ?? [])]);
    if (code.includes("/")) {
      const segments = code.replace(/\/(?:\*\*)?$/, "").split("/");
      const above = segments.map((_, at) => segments.slice(0, at + 1).join("/"));
      const folders = above.flatMap((folder) => [...(this.#byFolder.get(folder) ?? [])]);
      return [...found, ...folders, ...(this.#byPath.get(segments.join("/")) ?? [])];
    }
    const packageName = /^([a-z_]\w*)\.[A-Za-z_]/.exec(code)?.[1] ?? "";
    return [...found, ...(this.#byPackage.get(packageName) ?? [])];
  }
}

function noteIn(map: Map<string, Set<string>>, key: string, id: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(id));
}

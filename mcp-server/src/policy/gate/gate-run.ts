/** What the gate said of a commit: green where its command ended with 0, red where it did not. */
export type GateVerdict = "green" | "red";

/** One run of the gate that came to a verdict. */
export interface GateRun {
  readonly commit: string;
  readonly verdict: GateVerdict;
}

/** How often the gate said what of one commit. */
interface Said {
  readonly green: number;
  readonly red: number;
}

/** By how many runs in a row a merge is shown to be red, while nothing is known of the gate being flaky. */
const MIN_REDS = 2;
/** The same for a gate that is known to be flaky: at least, and at most. */
const FLAKY_REDS = { min: 3, max: 8 };
/** How likely a flaky gate may be to show a good merge as red. */
const MAX_ERROR = 0.01;

/** What all runs of one gate say together, in the order in which they ended. */
export class GateHistory {
  readonly #said = new Map<string, Said>();

  constructor(private readonly runs: readonly GateRun[]) {
    for (const { commit, verdict } of runs) {
      const { green, red } = this.#of(commit);
      this.#said.set(commit, verdict === "green" ? { green: green + 1, red } : { green, red: red + 1 });
    }
  }

  /** Whether the gate has passed the commit, be it after it was red. */
  isGreen(commit: string): boolean {
    return this.#of(commit).green > 0;
  }

  /** How often the commit was red; 0 where it was green, too. */
  reds(commit: string): number {
    return this.isGreen(commit) ? 0 : this.#of(commit).red;
  }

  /** How many of the last runs in a row were red runs of the commit. */
  redsInARow(commit: string): number {
    const last = this.runs.findLastIndex((run) => run.commit !== commit || run.verdict === "green");
    return this.runs.length - 1 - last;
  }

  /** Commits that were red and green: the gate is flaky. */
  get flaky(): readonly string[] {
    return [...this.#said].flatMap(([commit, { green, red }]) => (green > 0 && red > 0 ? [commit] : []));
  }

  /** After how many red runs a commit counts as red where that costs nobody anything but further runs. */
  get redsToDoubt(): number {
    return this.flaky.length === 0 ? 1 : MIN_REDS;
  }

  /**
   * After how many red runs in a row somebody may be blamed. Of a gate that is known to be flaky it is so many that a
   * good commit would show them in at most one of a hundred cases, by how often it was red on commits that it passed.
   */
  get redsToBlame(): number {
    if (this.flaky.length === 0) return MIN_REDS;
    const passed = [...this.#said.values()].filter(({ green }) => green > 0);
    const reds = passed.reduce((sum, { red }) => sum + red, 0);
    const all = passed.reduce((sum, { green, red }) => sum + green + red, 0);
    const enough = Math.ceil(Math.log(MAX_ERROR) / Math.log(reds / all));
    return Math.min(Math.max(enough, FLAKY_REDS.min), FLAKY_REDS.max);
  }

  #of(commit: string): Said {
    return this.#said.get(commit) ?? { green: 0, red: 0 };
  }
}

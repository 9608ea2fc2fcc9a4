import { GateHistory, type GateRun, type GateVerdict } from "../../../mcp-server/src/policy/gate/gate-run.ts";
import {
  type GateReason,
  groupsToTest,
  isRedBase,
  nextGateStep,
} from "../../../mcp-server/src/policy/gate/next-gate-step.ts";

/** A gate over sets of merges, which are numbers. */
export interface SimulatedGate {
  /** What a gate without fault says of the base with these merges in it. */
  readonly isGood: (merged: ReadonlySet<number>) => boolean;
  /** Whether the nth run, counted from 0, says red of what is good. */
  readonly liesAt?: (run: number) => boolean;
}

export interface Outcome {
  readonly landed: readonly number[];
  readonly blamed: readonly number[];
  readonly stuck: boolean;
  /** Every set that the branch stood at, in order. */
  readonly stoodAt: readonly ReadonlySet<number>[];
  readonly runs: readonly {
    readonly reason: GateReason;
    readonly merges: readonly number[];
    readonly verdict: GateVerdict;
  }[];
  /** After how many runs, without those of the base, the merge was suspected, landed or blamed. */
  readonly suspectedAfter: ReadonlyMap<number, number>;
  readonly landedAfter: ReadonlyMap<number, number>;
  readonly blamedAfter: ReadonlyMap<number, number>;
  readonly flaky: number;
}

const MAX_STEPS = 2_000;

/**
 * Does what the rules say, until nothing is left to do. A commit is the list of what is merged, in order.
 * @param arrivals merges that come later, by the run after which they come; at the latest when nothing else is left.
 */
export function simulate(
  first: readonly number[],
  gate: SimulatedGate,
  arrivals: ReadonlyMap<number, readonly number[]> = new Map(),
): Outcome {
  let waiting = [...first];
  const toCome = new Map(arrivals);
  const arrive = (run: number | undefined) => {
    const [next] = run === undefined ? [...toCome.keys()] : [run];
    if (next === undefined) return;
    waiting = [...waiting, ...(toCome.get(next) ?? [])];
    toCome.delete(next);
  };
  let head: readonly number[] = [];
  const nameOf = (merged: readonly number[]) => `base+${merged.join("+")}`;
  const log: GateRun[] = [];
  const runs: Outcome["runs"][number][] = [];
  const suspects = new Set<number>();
  const landed: number[] = [];
  const blamed: number[] = [];
  const stoodAt: ReadonlySet<number>[] = [];
  const [suspectedAfter, landedAfter, blamedAfter] = [new Map(), new Map(), new Map()] as Map<
    number,
    number
  >[] as [Map<number, number>, Map<number, number>, Map<number, number>];
  const counted = () => runs.filter(({ merges }) => merges.length > 0).length;
  const outcome = (stuck: boolean): Outcome => {
    const flaky = new GateHistory(log).flaky.length;
    return { landed, blamed, stuck, stoodAt, runs, suspectedAfter, landedAfter, blamedAfter, flaky };
  };
  for (let step = 0; step < MAX_STEPS; step++) {
    if (waiting.length === 0) arrive(undefined);
    if (waiting.length === 0) return outcome(false);
    const history = new GateHistory(log);
    const commits = new Map<string, readonly number[]>([[nameOf(head), head]]);
    let next: ReturnType<typeof nextGateStep<number>>;
    for (const ids of groupsToTest(waiting, suspects, isRedBase(nameOf(head), history))) {
      let on = head;
      const group = ids.map((id) => {
        on = [...on, id];
        commits.set(nameOf(on), on);
        return { id, commit: nameOf(on) };
      });
      next = nextGateStep(nameOf(head), group, suspects, history);
      if (next) break;
    }
    if (!next) return outcome(true);
    if (next.kind === "run") {
      const merged = new Set(commits.get(next.commit));
      const lies = gate.liesAt?.(log.length) === true;
      const verdict: GateVerdict = gate.isGood(merged) && !lies ? "green" : "red";
      log.push({ commit: next.commit, verdict });
      runs.push({ reason: next.reason, merges: next.merges, verdict });
      arrive(log.length);
    } else if (next.kind === "land") {
      head = commits.get(next.commit) ?? head;
      stoodAt.push(new Set(head));
      for (const id of next.merges) {
        landed.push(id);
        landedAfter.set(id, counted());
      }
      waiting = waiting.filter((id) => !landed.includes(id));
    } else if (next.kind === "suspect") {
      suspects.add(next.merge);
      if (!suspectedAfter.has(next.merge)) suspectedAfter.set(next.merge, counted());
    } else if (next.kind === "blame") {
      const { merge } = next;
      blamed.push(merge);
      blamedAfter.set(merge, counted());
      waiting = waiting.filter((id) => id !== merge);
    }
  }
  throw new Error(`no end after ${MAX_STEPS} steps`);
}

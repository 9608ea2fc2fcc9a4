import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import type { Attribution, ToolCaller } from "../../mcp-server/src/graph/effect.ts";
import { attribute } from "../../mcp-server/src/policy/effects/attribute.ts";
import { type CallSignal, CallsInFlight } from "../../mcp-server/src/policy/effects/calls-in-flight.ts";
import { mayUndo } from "../../mcp-server/src/policy/effects/undo.ts";

const INTERLEAVINGS = 10_000;
const SEED = 20_261_130;
/** Of the effects with one call in flight, so many must be told for certain. */
const MIN_CERTAIN = 0.95;

const SOME_BYTES = `sha256:${"0".repeat(64)}`;

/** How the host lets hooks hear of a call's end. */
const ENDINGS = fc.constantFrom("answered", "answered", "answered", "batch-only", "agent-gone", "background");

/** One call, with what it really does. Times are milliseconds. */
const call = fc.record({
  /** 0 to 3 hold the file of their number; the other two hold none. */
  who: fc.integer({ min: 0, max: 5 }),
  askedAt: fc.integer({ min: 0, max: 3_000 }),
  prompt: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 2_000 })),
  isRefused: fc.boolean(),
  runs: fc.integer({ min: 2, max: 800 }),
  runsOnBehind: fc.integer({ min: 2, max: 1_500 }),
  isAnnounced: fc.boolean(),
  hookDelay: fc.integer({ min: 0, max: 40 }),
  ending: ENDINGS,
  writes: fc.array(
    fc.record({
      file: fc.integer({ min: 0, max: 3 }),
      at: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    }),
    { maxLength: 3 },
  ),
});
type Planned = typeof call extends fc.Arbitrary<infer T> ? T : never;

/** Whose write it was; a person's is nobody's call. */
type Writer = string | undefined;

type Step =
  | { readonly atMs: number; readonly kind: "look" }
  | { readonly atMs: number; readonly kind: "signal"; readonly signal: (atMs: number) => CallSignal }
  | { readonly atMs: number; readonly kind: "write"; readonly file: number; readonly writer: Writer };

interface Truth {
  readonly id: string;
  readonly attempt: AttemptId | undefined;
  /** When the call, with what it left running, really was in flight, by the definition. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** When it, with what it left running, can write no more. */
  readonly quietMs: number;
}

const attemptOf = (who: number) => (who < 4 ? (who as AttemptId) : undefined);

function stepsOf(planned: Planned, index: number): { readonly steps: Step[]; readonly truth: Truth } {
  const { who, askedAt, prompt, runs, hookDelay, ending, writes } = planned;
  const id = `call-${index}`;
  const attempt = attemptOf(who);
  const caller: ToolCaller = {
    session: "s",
    agentId: `agent-${index}`,
    ...(attempt !== undefined && { attempt }),
  };
  const isRefused = prompt > 0 && planned.isRefused;
  const fromMs = askedAt + prompt + 0.5;
  const endMs = isRefused ? fromMs : fromMs + runs;
  const behindMs = ending === "background" && !isRefused ? endMs + planned.runsOnBehind : endMs;
  const heardMs = endMs + hookDelay + 0.1;
  const steps: Step[] = [
    { atMs: askedAt, kind: "look" },
    {
      atMs: askedAt + 0.1,
      kind: "signal",
      signal: (atMs) => ({ kind: "began", call: id, tool: "Bash", caller, atMs }),
    },
  ];
  if (!isRefused) {
    for (const { file, at } of writes)
      steps.push({ atMs: fromMs + at * (behindMs - fromMs), kind: "write", file, writer: id });
  }
  const heard = (signal: (atMs: number) => CallSignal, at: number) =>
    steps.push({ atMs: at, kind: "signal", signal }, { atMs: at + 0.1, kind: "look" });
  const durationMs = Math.round(endMs - fromMs);
  if (isRefused) heard((atMs) => ({ kind: "refused", call: id, atMs }), heardMs);
  else if (ending === "batch-only") heard((atMs) => ({ kind: "ended", call: id, atMs }), heardMs);
  else if (ending === "agent-gone")
    heard((atMs) => ({ kind: "caller-ended", session: "s", agentId: `agent-${index}`, atMs }), heardMs);
  else if (ending === "answered") {
    heard((atMs) => ({ kind: "ended", call: id, atMs, durationMs }), heardMs);
    // The batch names it again.
    heard((atMs) => ({ kind: "ended", call: id, atMs }), heardMs + 5);
  } else {
    heard((atMs) => ({ kind: "left-running", call: id, work: id, atMs, durationMs }), heardMs);
    heard((atMs) => ({ kind: "ended", call: id, atMs }), heardMs + 5);
    if (planned.isAnnounced)
      heard((atMs) => ({ kind: "work-ended", session: "s", work: id, atMs }), behindMs + hookDelay + 10);
  }
  const neverAnnounced = ending === "background" && !isRefused && !planned.isAnnounced;
  const untilMs = neverAnnounced ? Number.POSITIVE_INFINITY : Math.max(behindMs + hookDelay + 10, heardMs);
  return {
    steps,
    truth: { id, attempt, fromMs: isRefused ? Number.NaN : fromMs, untilMs, quietMs: behindMs },
  };
}

interface Seen {
  readonly attributions: readonly Attribution[];
  /** Whether it would have been undone at once. */
  readonly isUndone: boolean;
  readonly holder: AttemptId;
  readonly writers: readonly Writer[];
  /** Calls that really were in flight between the looks. */
  readonly inFlight: readonly Truth[];
  /** Calls that could really write between the looks. */
  readonly running: readonly Truth[];
  readonly atMs: number;
}

/** Lets it happen, and tells each effect with what was said of it at once and in the end. */
function happen(planned: readonly Planned[], people: readonly { at: number; file: number }[]): Seen[] {
  const parts = planned.map(stepsOf);
  const truths = parts.map(({ truth }) => truth);
  const isQuiet = (atMs: number) =>
    planned.every(({ askedAt }, i) => atMs < askedAt || atMs > (truths[i]?.untilMs ?? 0) + 20);
  const steps: Step[] = [
    ...parts.flatMap((part) => part.steps),
    ...people
      .filter(({ at }) => isQuiet(at))
      .map(({ at, file }) => ({ atMs: at, kind: "write" as const, file, writer: undefined })),
    { atMs: -1, kind: "look" },
    { atMs: 100_000, kind: "look" },
  ];
  steps.sort((a, b) => a.atMs - b.atMs);
  const calls = new CallsInFlight();
  const written = new Map<number, Writer[]>();
  const found: (Omit<Seen, "attributions"> & {
    readonly atOnce: Attribution;
    readonly later: () => Attribution;
  })[] = [];
  let before = Number.NEGATIVE_INFINITY;
  let nobodyMs = Number.NEGATIVE_INFINITY;
  for (const [index, step] of steps.entries()) {
    // What one process hears has an order, and two stamps are never the same.
    const atMs = step.atMs + index * 1e-6;
    if (step.kind === "signal") calls.apply(step.signal(atMs));
    else if (step.kind === "write") {
      written.set(step.file, [...(written.get(step.file) ?? []), step.writer]);
    } else {
      for (const [file, writers] of written) {
        const [fromMs, toMs] = [before, atMs];
        const effect = { path: `${file}`, holder: file as AttemptId, after: "absent" };
        const later = () => attribute(effect, calls.between(fromMs, toMs), []);
        const atOnce = later();
        if (atOnce.kind === "nobody") nobodyMs = toMs;
        const by = { by: atOnce.kind, ...(atOnce.kind === "certain" && { call: atOnce.call.id }) };
        const facts = { calls: calls.between(fromMs, toMs), doubts: [], nobodyMs, nowMs: toMs };
        const isUndone = mayUndo({ ...effect, ...by, before: SOME_BYTES }, facts);
        found.push({
          ...{ holder: effect.holder, writers, atOnce, later, isUndone },
          inFlight: truths.filter((truth) => truth.fromMs < toMs && truth.untilMs > fromMs),
          running: truths.filter((truth) => truth.fromMs < toMs && truth.quietMs > fromMs),
          atMs: toMs,
        });
      }
      written.clear();
      before = atMs;
    }
  }
  return found.map(({ atOnce, later, ...seen }) => ({ ...seen, attributions: [atOnce, later()] }));
}

const idsOf = (attribution: Attribution): readonly string[] => {
  if (attribution.kind === "nobody") return [];
  return attribution.kind === "certain" ? [attribution.call.id] : attribution.calls.map(({ id }) => id);
};

const interleavings = fc.tuple(
  fc.array(call, { minLength: 1, maxLength: 7 }),
  fc.array(fc.record({ at: fc.integer({ min: 0, max: 9_000 }), file: fc.integer({ min: 0, max: 3 }) }), {
    maxLength: 2,
  }),
);

describe("who changed a held file", () => {
  it(`nobody is named for certain who did not write, in ${INTERLEAVINGS} interleavings, and with one call in flight nearly everybody is`, () => {
    let alone = 0;
    let certain = 0;
    fc.assert(
      fc.property(interleavings, ([planned, people]) => {
        for (const { attributions, holder, writers, inFlight } of happen(planned, people)) {
          for (const attribution of attributions) {
            const named = idsOf(attribution);
            // A set is true: it has everybody who wrote. Of a certain one nobody else did.
            for (const writer of writers) {
              const isTrue = writer === undefined ? attribution.kind === "nobody" : named.includes(writer);
              if (!isTrue) expect({ attribution, writers }).toBe("true");
            }
          }
          const [only] = inFlight;
          const isPersons = writers.includes(undefined);
          if (isPersons || inFlight.length !== 1 || only === undefined || only.attempt === holder) continue;
          alone++;
          if (attributions[1]?.kind === "certain") certain++;
        }
      }),
      { numRuns: INTERLEAVINGS, seed: SEED },
    );
    expect(alone).toBeGreaterThan(1_000);
    expect(certain / alone).toBeGreaterThanOrEqual(MIN_CERTAIN);
  });

  it(`nothing of a person's or of the holder's is undone, in ${INTERLEAVINGS} interleavings, nor while a call may still write`, () => {
    let undone = 0;
    fc.assert(
      fc.property(interleavings, ([planned, people]) => {
        for (const { isUndone, holder, writers, running, atMs } of happen(planned, people)) {
          if (!isUndone) continue;
          undone++;
          const [only, ...others] = running;
          const isAlone = only !== undefined && others.length === 0 && only.attempt !== holder;
          if (!isAlone || only.quietMs > atMs) expect({ running, atMs }).toBe("one call of another, ended");
          if (writers.some((writer) => writer !== only?.id)) expect(writers).toBe("that call's");
        }
      }),
      { numRuns: INTERLEAVINGS, seed: SEED },
    );
    expect(undone).toBeGreaterThan(1_000);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import type { Attribution, ToolCaller } from "../../mcp-server/src/graph/effect.ts";
import type { RunningProcess } from "../../mcp-server/src/host/processes.ts";
import { attribute } from "../../mcp-server/src/policy/effects/attribute.ts";
import { type CallSignal, CallsInFlight } from "../../mcp-server/src/policy/effects/calls-in-flight.ts";
import { mayUndo } from "../../mcp-server/src/policy/effects/undo.ts";
import { OutlivedProcesses } from "../../mcp-server/src/run/effects/look/outlived-processes.ts";

const INTERLEAVINGS = 10_000;
const SEED = 20_261_130;
/** Of the effects with one call in flight, so many must be told for certain. */
const MIN_CERTAIN = 0.95;

const SOME_BYTES = `sha256:${"0".repeat(64)}`;

/** As long after a standstill of the server nothing is certain: it hears late of what the host let go. Milliseconds. */
const HEARD_LATE_MS = 5_000;
const HOST = 20_000_000;

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
  /** A process that it leaves behind and nobody announces: for how long, and when in that time it writes. */
  leftBehind: fc.oneof(
    { weight: 39, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.record({
        lives: fc.integer({ min: 10, max: 6_000 }),
        writesAt: fc.array(fc.double({ min: 0.001, max: 0.9, noNaN: true }), { maxLength: 2 }),
        file: fc.integer({ min: 0, max: 3 }),
      }),
    },
  ),
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
type Writer = { readonly call: string; readonly isLeftBehind: boolean } | undefined;

type Step =
  | { readonly atMs: number; readonly kind: "look" }
  | { readonly atMs: number; readonly kind: "signal"; readonly signal: (atMs: number) => CallSignal }
  | { readonly atMs: number; readonly kind: "write"; readonly file: number; readonly writer: Writer };

interface Truth {
  readonly id: string;
  readonly leftBehind?: { readonly fromMs: number; readonly untilMs: number };
  readonly attempt: AttemptId | undefined;
  /** When the call, with what it left running, really was in flight, by the definition. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** When it, with what it left running in the background, can write no more. */
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
      steps.push({
        atMs: fromMs + at * (behindMs - fromMs),
        kind: "write",
        file,
        writer: { call: id, isLeftBehind: false },
      });
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
  const left = isRefused ? undefined : planned.leftBehind;
  const leftUntilMs = left ? endMs + left.lives : endMs;
  for (const at of left?.writesAt ?? []) {
    steps.push({
      atMs: endMs + at * (left?.lives ?? 0),
      kind: "write",
      file: left?.file ?? 0,
      writer: { call: id, isLeftBehind: true },
    });
  }
  const neverAnnounced = ending === "background" && !isRefused && !planned.isAnnounced;
  const untilMs = neverAnnounced ? Number.POSITIVE_INFINITY : Math.max(behindMs + hookDelay + 10, heardMs);
  return {
    steps,
    truth: {
      ...{ id, attempt, fromMs: isRefused ? Number.NaN : fromMs },
      untilMs: Math.max(untilMs, leftUntilMs),
      quietMs: behindMs,
      ...(left && { leftBehind: { fromMs: fromMs + 1, untilMs: leftUntilMs } }),
    },
  };
}

interface Seen {
  readonly attributions: readonly Attribution[];
  /** Whether it would have been undone at once. */
  readonly isUndone: boolean;
  readonly holder: AttemptId;
  readonly writers: readonly Writer[];
  /** Whether the server ran all the time: else nobody can know how many calls did. */
  readonly isHeard: boolean;
  /** Calls that really were in flight between the looks. */
  readonly inFlight: readonly Truth[];
  /** Calls that could really write between the looks. */
  readonly running: readonly Truth[];
  readonly atMs: number;
}

/** A time in which the server does not run: what it is told meanwhile it hears at its end. */
type Standstill = { readonly fromMs: number; readonly toMs: number } | undefined;

/** Delays what the server hears and does. What a process wrote that ended before any look cannot be known, so it does not happen. */
function inOrder(steps: readonly Step[], truths: readonly Truth[], standstill: Standstill): Step[] {
  const isHeldUp = ({ kind, atMs }: Step) =>
    kind !== "write" && standstill !== undefined && atMs > standstill.fromMs && atMs <= standstill.toMs;
  const all = [...steps].sort((a, b) => a.atMs - b.atMs);
  const order = [
    ...all.filter((step) => !isHeldUp(step)),
    ...all.filter(isHeldUp).map((step) => ({ ...step, atMs: standstill?.toMs ?? 0 })),
  ].sort((a, b) => a.atMs - b.atMs);
  const looks = order.flatMap(({ kind, atMs }) => (kind === "look" ? [atMs] : []));
  return order.filter((step) => {
    const writer = step.kind === "write" ? step.writer : undefined;
    const endMs = truths.find(({ id }) => id === writer?.call)?.leftBehind?.untilMs ?? 0;
    return !writer?.isLeftBehind || looks.some((atMs) => atMs > step.atMs && atMs < endMs);
  });
}

const process = (pid: number, parent: number, startedMs: number): RunningProcess => {
  const started = { startedFromMs: startedMs - 1, startedToMs: startedMs + 1 };
  return { pid, parent, group: 1_000 + pid, session: 1_000 + pid, ...started };
};

/** Lets it happen, and tells each effect with what was said of it at once and in the end. */
async function happen(
  planned: readonly Planned[],
  people: readonly { at: number; file: number }[],
  standstill: Standstill,
): Promise<Seen[]> {
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
  const calls = new CallsInFlight();
  let nowMs = 0;
  const living = async () => {
    const left = truths.flatMap(({ leftBehind }, index) =>
      leftBehind && leftBehind.fromMs < nowMs && leftBehind.untilMs > nowMs
        ? [{ ...process(HOST + 1 + index, 1, leftBehind.fromMs), markedBy: HOST }]
        : [],
    );
    return [process(1, 0, -1), process(HOST, 1, -1), ...left];
  };
  const outlived = new OutlivedProcesses("/", living);
  const written = new Map<number, Writer[]>();
  const found: (Omit<Seen, "attributions"> & {
    readonly atOnce: Attribution;
    readonly later: () => Attribution;
  })[] = [];
  let before = Number.NEGATIVE_INFINITY;
  let nobodyMs = Number.NEGATIVE_INFINITY;
  if (standstill) {
    const { fromMs, toMs } = standstill;
    calls.apply({ kind: "unheard", why: "stood-still", fromMs, untilMs: toMs + HEARD_LATE_MS, atMs: toMs });
  }
  for (const [index, step] of inOrder(steps, truths, standstill).entries()) {
    // What one process hears has an order, and two stamps are never the same.
    const atMs = step.atMs + index * 1e-6;
    nowMs = atMs;
    if (step.kind === "signal") calls.apply(step.signal(atMs));
    else if (step.kind === "write") {
      written.set(step.file, [...(written.get(step.file) ?? []), step.writer]);
    } else {
      for (const [file, writers] of written) {
        const [fromMs, toMs] = [before, atMs];
        const effect = { path: `${file}`, holder: file as AttemptId, after: "absent" };
        const ran = calls.between(fromMs, toMs);
        const doubts = calls.doubtsBetween(fromMs, toMs);
        // Whoever means to ask again looks for processes as well where a call that waits at a prompt is all that is in the way.
        const mayClear = ran.some(({ endedMs }) => endedMs === undefined);
        const isClear = doubts.length === 0 && (mayClear || !isUncertain(attribute(effect, ran, doubts)));
        const left = isClear
          ? await outlived.look(ran, new Set([HOST]), calls.all)
          : { doubts: [], calls: [], isAnyLiving: false };
        const now = () =>
          attribute(effect, [...calls.between(fromMs, toMs), ...left.calls], [...doubts, ...left.doubts]);
        const atOnce = now();
        if (atOnce.kind === "nobody") nobodyMs = toMs;
        const by = { by: atOnce.kind, ...(atOnce.kind === "certain" && { call: atOnce.call.id }) };
        const facts = {
          calls: [...calls.between(fromMs, toMs), ...left.calls],
          doubts: [...doubts, ...left.doubts],
          nobodyMs,
          nowMs: toMs,
        };
        const isUndone = !left.isAnyLiving && mayUndo({ ...effect, ...by, before: SOME_BYTES }, facts);
        // Later it is too late to look for processes.
        const later = () => (isClear || isUncertain(now()) ? now() : atOnce);
        found.push({
          ...{ holder: effect.holder, writers, atOnce, later, isUndone, isHeard: doubts.length === 0 },
          inFlight: truths.filter((truth) => truth.fromMs < toMs && truth.untilMs > fromMs),
          running: truths.filter(
            (truth) => truth.fromMs < toMs && (truth.quietMs > fromMs || livesAt(truth, toMs)),
          ),
          atMs: toMs,
        });
      }
      written.clear();
      before = atMs;
    }
  }
  return found.map(({ atOnce, later, ...seen }) => ({ ...seen, attributions: [atOnce, later()] }));
}

/** Whether a process that the call left behind can be seen then. */
const livesAt = ({ leftBehind }: Truth, atMs: number) =>
  leftBehind !== undefined && leftBehind.fromMs < atMs && leftBehind.untilMs > atMs;

const isUncertain = ({ kind }: Attribution) => kind === "uncertain" || kind === "own";

const idsOf = (attribution: Attribution): readonly string[] => {
  if (attribution.kind === "nobody") return [];
  return attribution.kind === "certain" ? [attribution.call.id] : attribution.calls.map(({ id }) => id);
};

const interleavings = fc.tuple(
  fc.array(call, { minLength: 1, maxLength: 7 }),
  fc.array(fc.record({ at: fc.integer({ min: 0, max: 9_000 }), file: fc.integer({ min: 0, max: 3 }) }), {
    maxLength: 2,
  }),
  fc.oneof(
    { weight: 24, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: 2_000, max: 5_000 }))
        .map(([fromMs, lengthMs]) => ({ fromMs: fromMs + 0.7, toMs: fromMs + 0.7 + lengthMs })),
    },
  ),
);

describe("who changed a held file", () => {
  it(`nobody is named for certain who did not write, in ${INTERLEAVINGS} interleavings, and with one call in flight nearly everybody is`, async () => {
    let alone = 0;
    let certain = 0;
    await fc.assert(
      fc.asyncProperty(interleavings, async ([planned, people, standstill]) => {
        const seen = await happen(planned, people, standstill);
        for (const { attributions, holder, writers, inFlight, isHeard } of seen) {
          for (const attribution of attributions) {
            const named = idsOf(attribution);
            // A set is true: it has everybody who wrote, or says why it may not. Of a certain one nobody else did.
            const isDoubted = attribution.kind === "uncertain" && attribution.doubts.length > 0;
            for (const writer of writers) {
              const isNamed =
                writer === undefined ? attribution.kind === "nobody" : named.includes(writer.call);
              // What was left behind is looked for only where a change would be certain.
              const isUnlooked = writer?.isLeftBehind && ["own", "uncertain"].includes(attribution.kind);
              const isTrue = isDoubted || isNamed || isUnlooked;
              if (!isTrue) expect({ attribution, writers }).toBe("true");
            }
          }
          const [only] = isHeard ? inFlight : [];
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

  it(`nothing of a person's or of the holder's is undone, in ${INTERLEAVINGS} interleavings, nor while a call may still write`, async () => {
    let undone = 0;
    await fc.assert(
      fc.asyncProperty(interleavings, async ([planned, people, standstill]) => {
        const seen = await happen(planned, people, standstill);
        for (const { isUndone, holder, writers, running, atMs } of seen) {
          if (!isUndone) continue;
          undone++;
          const [only, ...others] = running;
          const isAlone = only !== undefined && others.length === 0 && only.attempt !== holder;
          if (!isAlone || only.quietMs > atMs || livesAt(only, atMs))
            expect({ running, atMs }).toBe("one call of another, ended");
          if (writers.some((writer) => writer?.call !== only?.id)) expect(writers).toBe("that call's");
        }
      }),
      { numRuns: INTERLEAVINGS, seed: SEED },
    );
    expect(undone).toBeGreaterThan(1_000);
  });
});

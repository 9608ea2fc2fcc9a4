import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import type { Attribution } from "../../mcp-server/src/graph/effect.ts";
import { attribute } from "../../mcp-server/src/policy/effects/attribute.ts";
import { type CallSignal, CallsInFlight } from "../../mcp-server/src/policy/effects/calls-in-flight.ts";
import { couldWrite } from "../../mcp-server/src/policy/effects/writing-tools.ts";
import type { Random } from "../seeded-random.ts";
import type { RecordedCall, RecordedCaller, Recording } from "./recording.ts";

const SESSION = "session";
/** What these write is told by the host, and refused beforehand. */
const FILE_TOOLS = new Set(["Edit", "MultiEdit", "NotebookEdit", "Write"]);
/** Calls whose end is so long past are in no interval, in milliseconds. */
const FORGET_AFTER_MS = 600_000;

/** One write into a file that an agent at work holds. */
export interface Injected {
  readonly atMs: number;
  readonly holder: number;
  /** Undefined: a person's. */
  readonly call: RecordedCall | undefined;
}

/** What the server says of it. */
export interface Judged extends Injected {
  readonly attribution: Attribution;
}

/** How the call is drawn that writes: each alike, or one that runs longer more often. */
export type Drawing = "by call" | "by time";

/** So many writes into what another agent holds, at a random time of a call that is no file tool's. */
export function intrusions(
  run: Recording,
  drawing: Drawing,
  count: number,
  minAgents: number,
  random: Random,
): Injected[] {
  const commands = run.calls.filter(
    ({ tool, untilMs }) => couldWrite(tool) && !FILE_TOOLS.has(tool) && untilMs !== undefined,
  );
  const longestMs = Math.max(...commands.map(({ fromMs, untilMs = fromMs }) => untilMs - fromMs));
  return draw(count, () => {
    const call = commands[Math.floor(random() * commands.length)];
    if (!call || call.untilMs === undefined) return undefined;
    if (drawing === "by time" && random() * longestMs > call.untilMs - call.fromMs) return undefined;
    const atMs = call.fromMs + random() * (call.untilMs - call.fromMs);
    const holder = holderAt(run.callers, atMs, minAgents, random, call.caller);
    return holder === undefined ? undefined : { atMs, holder, call };
  });
}

/** A person at work beside the agents, who writes into what they hold at random times, in the mean so far apart. */
export function writesOfPerson(
  run: Recording,
  meanGapMs: number,
  minAgents: number,
  random: Random,
): Injected[] {
  const agents = run.callers.filter(({ isAgent }) => isAgent);
  const lastMs = Math.max(...agents.map((agent) => agent.lastMs));
  const gapMs = () => -Math.log(1 - random()) * meanGapMs;
  const written: Injected[] = [];
  let atMs = Math.min(...agents.map((agent) => agent.firstMs)) + gapMs();
  for (; atMs <= lastMs; atMs += gapMs()) {
    const holder = holderAt(run.callers, atMs, minAgents, random);
    if (holder !== undefined) written.push({ atMs, holder, call: undefined });
  }
  return written;
}

function draw(count: number, one: () => Injected | undefined): Injected[] {
  const drawn: Injected[] = [];
  for (let tries = 0; drawn.length < count && tries < 1_000 * count; tries++) {
    const injected = one();
    if (injected) drawn.push(injected);
  }
  return drawn;
}

/** The number of an agent that is at work then, if so many are. */
function holderAt(
  callers: readonly RecordedCaller[],
  atMs: number,
  minAgents: number,
  random: Random,
  but?: string,
): number | undefined {
  const atWork = [...callers.entries()].filter(
    ([, { isAgent, firstMs, lastMs }]) => isAgent && firstMs <= atMs && atMs <= lastMs,
  );
  const others = atWork.filter(([, { name }]) => name !== but);
  return atWork.length < minAgents ? undefined : others[Math.floor(random() * others.length)]?.[0];
}

type Step = { readonly atMs: number } & (
  | { readonly signal: CallSignal; readonly injected?: undefined }
  | { readonly injected: Injected; readonly signal?: undefined }
);

/** What the server says of each write, with a look before each beginning of a call and after each end. */
export function judge(run: Recording, writes: readonly Injected[]): Judged[] {
  const steps: Step[] = [
    ...signalsOf(run).map((signal) => ({ atMs: signal.atMs, signal })),
    ...writes.map((injected) => ({ atMs: injected.atMs, injected })),
  ];
  steps.sort((a, b) => a.atMs - b.atMs);
  const calls = new CallsInFlight();
  const judged: Judged[] = [];
  let lookedMs = Number.NEGATIVE_INFINITY;
  let unseen: Injected[] = [];
  for (const [index, { atMs, signal, injected }] of steps.entries()) {
    if (injected) {
      unseen.push(injected);
      continue;
    }
    // Two stamps of a server are never the same.
    const stampMs = atMs + index * 1e-6;
    if (signal.kind !== "began") calls.apply({ ...signal, atMs: stampMs });
    for (const write of unseen) {
      const effect = { path: "file", holder: write.holder as AttemptId, after: "other" };
      const attribution = attribute(effect, calls.between(lookedMs, stampMs), []);
      judged.push({ ...write, attribution });
    }
    unseen = [];
    lookedMs = stampMs;
    if (signal.kind === "began") calls.apply({ ...signal, atMs: stampMs });
    calls.forget(lookedMs - FORGET_AFTER_MS);
  }
  return judged;
}

function signalsOf({ callers, calls }: Recording): CallSignal[] {
  const numbers = new Map(callers.map(({ name, isAgent }, index) => [name, isAgent ? index : undefined]));
  return calls
    .filter(({ tool }) => couldWrite(tool))
    .flatMap(({ id, tool, caller, fromMs, untilMs, work, workUntilMs }): CallSignal[] => {
      const number = numbers.get(caller);
      const attempt = number === undefined ? {} : { agentId: caller, attempt: number as AttemptId };
      const began = {
        ...{ kind: "began" as const, call: id, tool },
        ...{ caller: { session: SESSION, ...attempt }, atMs: fromMs },
      };
      // One without an answer ended with its agent.
      const endMs = untilMs ?? callers.find(({ name }) => name === caller)?.lastMs ?? fromMs;
      if (work === undefined) return [began, { kind: "ended", call: id, atMs: endMs }];
      const left = { kind: "left-running" as const, call: id, work, atMs: endMs };
      if (workUntilMs === undefined) return [began, left];
      return [began, left, { kind: "work-ended", session: SESSION, work, atMs: workUntilMs }];
    });
}

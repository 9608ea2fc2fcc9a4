import { applyUpdate, type PlanSnapshot, type SnapshotUpdate } from "../../src/live/snapshot.ts";
import { clockMs, setClock, stopClock } from "../state/clock.ts";
import { connection, livePlan, planRefusal } from "../state/plan-state.ts";
import { planPath } from "./paths.ts";
import { eventReader } from "./server-events.ts";
import { ask, refusal, session } from "./session.ts";

/** Between tries to connect; the last one is repeated. */
const PAUSES_MS = [500, 1000, 2000, 5000, 10_000];
/** After so long without a connection what is shown is called old. */
const LOST_AFTER_MS = 5000;
/** The server says something at least every 15 seconds; without it for so long, nobody is there. */
const MAX_SILENCE_MS = 40_000;
/**
 * A hidden tab only asks now and then: browsers allow six connections to a server at once, so with six streams of hidden
 * tabs the seventh could do nothing at all.
 */
const HIDDEN_POLL_MS = 20_000;

/**
 * Keeps the plan's state current until aborted: by a stream while the tab is seen, by questions while it is hidden. After a
 * cut it goes on from where it was.
 */
export async function followPlan(plan: string, stop: AbortSignal): Promise<void> {
  let cursor: string | undefined;
  let failures = 0;
  const take = (update: SnapshotUpdate) => {
    if (stop.aborted) return;
    livePlan.value = applyUpdate(livePlan.value, update);
    cursor = update.cursor;
    setClock(update.head.atMs);
  };
  while (!stop.aborted && session.value === "open") {
    const round = new AbortController();
    const end = () => round.abort();
    stop.addEventListener("abort", end);
    // A tab that is hidden or shown goes on in the other way.
    document.addEventListener("visibilitychange", end);
    try {
      if (document.hidden) {
        await poll(plan, round.signal);
        failures = 0;
        await pause(HIDDEN_POLL_MS, round.signal);
      } else {
        await stream(plan, cursor, round.signal, (update) => {
          failures = 0;
          if (update) take(update);
        });
      }
    } catch (problem) {
      if (problem instanceof Refused) {
        planRefusal.value = problem.message;
        return;
      }
    } finally {
      stop.removeEventListener("abort", end);
      document.removeEventListener("visibilitychange", end);
    }
    if (stop.aborted || round.signal.aborted) continue;
    failures++;
    noteLoss(stop);
    await pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1] ?? 500, stop);
  }
}

/** The server is there and does not show this plan. */
class Refused extends Error {}

async function poll(plan: string, stop: AbortSignal): Promise<void> {
  const answer = await ask(planPath(plan), { signal: stop });
  if (!answer.ok) return refuse(answer);
  const snapshot = (await answer.json()) as PlanSnapshot;
  livePlan.value = snapshot;
  setClock(snapshot.atMs);
  noteLive();
}

async function stream(
  plan: string,
  after: string | undefined,
  stop: AbortSignal,
  heard: (update: SnapshotUpdate | undefined) => void,
): Promise<void> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expectMore = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), MAX_SILENCE_MS);
  };
  expectMore();
  const query = after === undefined ? "" : `?after=${encodeURIComponent(after)}`;
  try {
    const answer = await ask(planPath(plan, `events${query}`), {
      signal: AbortSignal.any([stop, silence.signal]),
    });
    if (!answer.ok || !answer.body) return refuse(answer);
    noteLive();
    const read = eventReader();
    const bytes = answer.body.getReader();
    const text = new TextDecoder();
    for (;;) {
      const { done, value } = await bytes.read();
      if (done) return;
      expectMore();
      for (const { event, data } of read(text.decode(value, { stream: true }))) {
        const update = event === "update" ? (JSON.parse(data) as SnapshotUpdate) : undefined;
        // Drawn apart from reading, so that the page answers in between.
        if (update) await pause(0, stop);
        heard(update);
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

async function refuse(answer: Response): Promise<void> {
  if (answer.status === 404) throw new Refused(await refusal(answer));
}

let lossTimer: ReturnType<typeof setTimeout> | undefined;

function noteLive(): void {
  clearTimeout(lossTimer);
  lossTimer = undefined;
  connection.value = { state: "live" };
}

function noteLoss(stop: AbortSignal): void {
  if (connection.peek().state === "lost" || lossTimer !== undefined) return;
  const sinceMs = clockMs.peek();
  lossTimer = setTimeout(() => {
    lossTimer = undefined;
    if (stop.aborted) return;
    stopClock();
    connection.value = { state: "lost", sinceMs };
  }, LOST_AFTER_MS);
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (stop.aborted) end();
    else stop.addEventListener("abort", end);
  });
}

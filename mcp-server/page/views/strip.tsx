import { computed } from "@preact/signals";
import type { JSX } from "preact";
import type { TaskRow } from "../../src/live/snapshot.ts";
import { connection, nowMs, plan, replay } from "../state/plan-state.ts";
import { momentsOf, nextMoment, SPEEDS, seek, setSpeed, startReplay, stopReplay } from "../state/replay.ts";
import { mostAtOnce, scale } from "../state/scale.ts";
import { labelsOf } from "../time/axis-labels.ts";
import { moment, timeOfDay } from "../time/words.ts";
import { Feed } from "./feed.tsx";
import { LoadArea, PIECES } from "./load-area.tsx";

/** The whole run in small; to move in it shows the plan as it was. */
export function Strip(): JSX.Element {
  return (
    <footer>
      <section class="strip" aria-label="Replay">
        <ReplayControls />
        <Overview />
      </section>
      <Feed />
    </footer>
  );
}

function ReplayControls(): JSX.Element {
  const now = replay.value;
  return (
    <div class="replay-controls">
      <div class="actions">
        <button
          type="button"
          class="small"
          aria-label="From the start"
          onClick={() => (now ? seek(now.history.startMs) : void startReplay(({ startMs }) => startMs))}
        >
          <Icon d="M3 3h2v10H3zM13 3v10L6 8z" />
        </button>
        {now && (
          <button type="button" class="small" aria-label="Back to the event before" onClick={() => step(-1)}>
            <Icon d="M11 3v10L4 8z" />
          </button>
        )}
        <button
          type="button"
          class="small"
          aria-label={now?.speed === undefined ? "Play" : "Hold"}
          onClick={togglePlay}
        >
          <Icon d={now?.speed === undefined ? "M5 3v10l7-5z" : "M4 3h3v10H4zM9 3h3v10H9z"} />
        </button>
        {now && (
          <button type="button" class="small" aria-label="On to the next event" onClick={() => step(1)}>
            <Icon d="M5 3v10l6-5zM11 3h2v10h-2z" />
          </button>
        )}
        {now && (
          <select
            aria-label="Speed"
            value={String(now.speed ?? lastSpeed)}
            onChange={(event) => {
              lastSpeed = Number(event.currentTarget.value);
              if (now.speed !== undefined) setSpeed(lastSpeed);
            }}
          >
            {SPEEDS.map((speed) => (
              <option key={speed} value={String(speed)}>
                {speed}×
              </option>
            ))}
          </select>
        )}
      </div>
      <LiveMark />
    </div>
  );
}

let lastSpeed: number = SPEEDS[1];

/** Plays, or holds; without a replay it begins one at the start. */
export function togglePlay(): void {
  const now = replay.peek();
  if (now) setSpeed(now.speed === undefined ? lastSpeed : undefined);
  else void startReplay(({ startMs }) => startMs).then(() => setSpeed(lastSpeed));
}

function step(direction: 1 | -1): void {
  const now = replay.peek();
  if (!now) return;
  const next = nextMoment(momentsOf(now.history), now.atMs, direction);
  setSpeed(undefined);
  if (next !== undefined) seek(next);
}

function LiveMark(): JSX.Element {
  const time = timeOfDay(nowMs.value, true);
  if (replay.value) {
    return (
      <div class="live-mark num">
        <b class="as-it-was">as it was</b> {time}{" "}
        <button type="button" class="small" onClick={stopReplay}>
          Back to now
        </button>
      </div>
    );
  }
  const { state } = connection.value;
  return (
    <div class="live-mark num">
      <b class={state}>{state === "live" ? "● live" : state === "lost" ? "not live" : "connecting"}</b>{" "}
      {nowMs.value > 0 && time}
    </div>
  );
}

function Icon({ d }: { readonly d: string }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}

const MAX_LABELS = 5;
/** Steps of the slider over the whole width. */
const STEPS = 1000;

/** What runs in the drawing grows with time; it is drawn again only when that can be seen. */
const drawnMs = computed(() => {
  const { startMs, endMs } = scale.value;
  const piece = Math.max(1, (endMs - startMs) / PIECES);
  return Math.ceil(nowMs.value / piece) * piece;
});

/** Times below the drawing, as many as fit everywhere. */
const labels = computed(() => labelsOf(scale.value, MAX_LABELS).filter(({ at }) => at > 0.03 && at < 0.97));

function Overview(): JSX.Element {
  const rows: readonly TaskRow[] = plan.value?.tasks ?? [];
  return (
    <div class="overview">
      <p class="legend" aria-hidden="true">
        Agents at work:
        {LEGEND.map(([kind, words]) => (
          <span key={kind}>
            <i class={`bar ${kind}`} /> {words}
          </span>
        ))}
      </p>
      <LoadArea rows={rows} atMs={drawnMs.value} full={mostAtOnce.value} />
      <Marks />
      {labels.value.map(({ ms, at, text }) => (
        <small key={ms} class="num" aria-hidden="true" style={{ left: `${100 * at}%` }}>
          {text}
        </small>
      ))}
      <Slider />
    </div>
  );
}

/** The moment that is shown, as a line and as what moves it. */
function Slider(): JSX.Element {
  const at = scale.value.at(nowMs.value);
  const go = (event: JSX.TargetedEvent<HTMLInputElement>) => {
    const ms = scale.value.msAt(Number(event.currentTarget.value) / STEPS);
    if (replay.peek()) seek(ms);
    else void startReplay(({ startMs, endMs }) => Math.min(endMs, Math.max(startMs, ms)));
  };
  return (
    <>
      <i class="now" style={{ left: `${(100 * at).toFixed(3)}%` }} />
      <input
        type="range"
        min="0"
        max={STEPS}
        step="1"
        aria-label="Moment that is shown"
        aria-valuetext={`${moment(nowMs.value, nowMs.value)}${replay.value ? ", as it was" : ", now"}`}
        value={Math.round(at * STEPS)}
        onInput={go}
      />
    </>
  );
}

/** Of the list as well. */
const LEGEND = [
  ["completed", "completed"],
  ["running", "running"],
  ["failed", "failed"],
  ["lost", "lost"],
  ["asked", "asks"],
  ["planned", "expected"],
  ["planned critical", "critical path"],
] as const;

const MARK_KINDS = [
  ["failed", ["failed", "unreported"]],
  ["lost", ["lost"]],
  ["asked", ["blocked"]],
] as const;

/** Where something went wrong: one path for each kind. */
function Marks(): JSX.Element {
  const ends = new Map<string, number[]>();
  for (const { attempts } of plan.value?.tasks ?? []) {
    for (const { state, endMs } of attempts) {
      if (endMs === undefined) continue;
      const list = ends.get(state);
      if (list) list.push(endMs);
      else ends.set(state, [endMs]);
    }
  }
  return (
    <svg class="marks" viewBox={`0 0 ${STEPS} 8`} preserveAspectRatio="none" aria-hidden="true">
      {MARK_KINDS.map(([kind, states]) => (
        <path
          key={kind}
          class={kind}
          d={states
            .flatMap((state) => ends.get(state) ?? [])
            .map((ms) => `M${(scale.value.at(ms) * STEPS).toFixed(1)} 0V8`)
            .join("")}
        />
      ))}
    </svg>
  );
}

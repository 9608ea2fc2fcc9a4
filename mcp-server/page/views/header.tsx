import type { JSX } from "preact";
import { planActions } from "../../src/live/groups.ts";
import type { LimitNow, PlanSnapshot, SnapshotHead } from "../../src/live/snapshot.ts";
import { act, mayAct } from "../state/actions.ts";
import { writeAddress } from "../state/address.ts";
import { connection, nowMs, plan, plans, replay } from "../state/plan-state.ts";
import { nextTheme, theme } from "../state/theme.ts";
import { clockLength, moment, moneyAmount, roughLength, timeOfDay, tokenCount } from "../time/words.ts";
import { Foreign } from "./foreign.tsx";
import { ActionButton } from "./needs.tsx";

/** The plan as a whole: how far it is, how long still, what it takes, and what can be done to it. */
export function Header({ snapshot }: { readonly snapshot: PlanSnapshot }): JSX.Element {
  return (
    <header>
      <div class="name">
        <h1>
          <Foreign text={snapshot.plan} />
        </h1>
        {(plans.value?.length ?? 0) > 1 && <a href={writeAddress({ view: "run" })}>all plans</a>}
        <State snapshot={snapshot} />
      </div>
      <Progress snapshot={snapshot} />
      <Left snapshot={snapshot} />
      <Agents snapshot={snapshot} />
      <Cost snapshot={snapshot} />
      <Controls snapshot={snapshot} />
    </header>
  );
}

function State({ snapshot }: { readonly snapshot: SnapshotHead }): JSX.Element {
  // Of what is done the figures say when.
  const since = snapshot.done ? undefined : snapshot.startedAtMs;
  return (
    <div class="state">
      <b class={`state-${stateOf(snapshot)}`}>{STATE_WORDS[stateOf(snapshot)]}</b>
      <span class="dim">
        {since !== undefined && ` since ${moment(since, nowMs.value)}`}
        {replay.value === undefined && !snapshot.done && snapshot.runBy.words !== "" && (
          <>
            {" · "}
            <Foreign text={snapshot.runBy.words} />
          </>
        )}
      </span>
    </div>
  );
}

type HeadState = "running" | "paused" | "stopped" | "done" | "idle";
const STATE_WORDS: Readonly<Record<HeadState, string>> = {
  running: "▶ running",
  paused: "paused",
  stopped: "stopped",
  done: "done",
  idle: "nothing runs",
};

function stateOf({ done, status, counts }: SnapshotHead): HeadState {
  if (done) return "done";
  if (status !== "open") return status === "paused" ? "paused" : "stopped";
  return counts.running + counts.delivering > 0 ? "running" : "idle";
}

function Progress({ snapshot: { counts, needs, done } }: { readonly snapshot: SnapshotHead }): JSX.Element {
  const asks = needs.filter(({ kind, task }) => kind === "question" && task !== undefined).length;
  const failed = Math.max(0, counts.failed - asks);
  const words = [
    `${counts.completed} of ${counts.total} done`,
    ...(counts.running > 0 ? [`${counts.running} running`] : []),
    ...(counts.delivering > 0 ? [`${counts.delivering} on the way to the branch`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(asks > 0 ? [`${asks} asking`] : []),
    ...(counts.cancelled > 0 ? [`${counts.cancelled} cancelled`] : []),
    ...(counts.waiting > 0 ? [`${counts.waiting} ${done ? "not run" : "to come"}`] : []),
  ].join(" · ");
  const share = (count: number) => ({ width: `${(100 * count) / Math.max(1, counts.total)}%` });
  return (
    <div class="figure progress num">
      <div class="progress-bar" aria-hidden="true">
        <i class="completed" style={share(counts.completed)} />
        <i class="running" style={share(counts.running + counts.delivering)} />
        <i class="failed" style={share(failed)} />
        <i class="asked" style={share(asks)} />
      </div>
      <small>{words}</small>
    </div>
  );
}

function Left({ snapshot }: { readonly snapshot: SnapshotHead }): JSX.Element | null {
  const { forecast, atMs, endedAtMs, startedAtMs, held } = snapshot;
  if (endedAtMs !== undefined && startedAtMs !== undefined) {
    return (
      <Figure
        main={`took ${clockLength(endedAtMs - startedAtMs)}`}
        small={`ended ${moment(endedAtMs, nowMs.value)}`}
      />
    );
  }
  if (held !== undefined && !forecast) return <Figure main="on hold" small={held} />;
  if (!forecast) return null;
  const leftMs = Math.max(0, forecast.leftMs - Math.max(0, nowMs.value - atMs));
  const bound = forecast.lowerBoundMs > 0 && forecast.lowerBoundMs < forecast.leftMs;
  return (
    <Figure
      main={`≈ ${roughLength(leftMs)} left`}
      small={`done ≈ ${moment(atMs + forecast.leftMs, nowMs.value)}${bound ? ` · at least ${roughLength(forecast.lowerBoundMs)}` : ""}`}
    />
  );
}

function Agents({ snapshot }: { readonly snapshot: PlanSnapshot }): JSX.Element {
  const { cap } = snapshot;
  const machines = new Set(
    snapshot.tasks.flatMap(({ group, attempts }) =>
      group === "running" ? (attempts.at(-1)?.machine ?? []) : [],
    ),
  ).size;
  const maySet = mayAct.value && planActions(snapshot).includes("cap");
  const set = (value: number) => void act({ do: "cap", value });
  return (
    <div class="figure agents num">
      <b>
        {cap.running} of {cap.now} agents
      </b>
      <small>
        {cap.now < cap.allowed
          ? `limited, else ${cap.allowed}`
          : `${machines > 1 ? `on ${machines} machines, ` : ""}at most`}{" "}
        {maySet && (
          <>
            <button
              type="button"
              class="small"
              aria-label="One agent less at once"
              disabled={cap.allowed <= 1}
              onClick={() => set(cap.allowed - 1)}
            >
              −
            </button>{" "}
            {cap.allowed}{" "}
            <button
              type="button"
              class="small"
              aria-label="One agent more at once"
              onClick={() => set(cap.allowed + 1)}
            >
              +
            </button>
          </>
        )}
      </small>
    </div>
  );
}

function Cost({ snapshot: { cost } }: { readonly snapshot: SnapshotHead }): JSX.Element | null {
  if (cost.tokens === 0 && cost.limits.length === 0) return null;
  const perMinute = cost.tokensPerMinute;
  const isPriced = cost.limits.some(({ name }) => name === "maxCost");
  const parts = [
    ...(perMinute === undefined ? [] : [`${tokenCount(perMinute)}/min`]),
    ...(cost.money && !isPriced ? [moneyAmount(cost.money.amount, cost.money.currency)] : []),
    ...cost.limits.map(limitWords),
  ];
  return (
    <Figure
      main={`${tokenCount(cost.tokens)} tokens`}
      small={parts.join(" · ")}
      isOver={cost.limits.some(({ used, max }) => used >= max)}
    />
  );
}

function limitWords({ name, used, max, currency }: LimitNow): string {
  if (name === "maxCost")
    return `${moneyAmount(used, currency ?? "USD")} of ${moneyAmount(max, currency ?? "USD")}`;
  if (name === "maxTokens") return `${tokenCount(used)} of ${tokenCount(max)} tokens`;
  return `${name} ${used} of ${max}`;
}

function Figure({
  main,
  small,
  isOver,
}: {
  readonly main: string;
  readonly small: string;
  readonly isOver?: boolean;
}): JSX.Element {
  return (
    <div class="figure num">
      <b>{main}</b>
      <small class={isOver ? "over" : ""}>
        <Foreign text={small} />
      </small>
    </div>
  );
}

function Controls({ snapshot }: { readonly snapshot: PlanSnapshot }): JSX.Element {
  const actions = mayAct.value ? planActions(snapshot) : [];
  return (
    <div class="controls">
      {actions
        .filter((action) => action !== "cap")
        .map((action) => (
          <ActionButton key={action} action={action} />
        ))}
      <button type="button" class="theme" aria-label={`Colours: ${theme.value}`} onClick={nextTheme}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="6" />
          <path d="M8 2a6 6 0 0 0 0 12z" />
        </svg>
      </button>
    </div>
  );
}

/** That the page shows no present, or that nobody runs the plan; nothing where all is well. */
export function Notices(): JSX.Element | null {
  const lost = connection.value;
  const by = plan.value?.runBy;
  return (
    <>
      {lost.state === "lost" && (
        <p class="notice loud">
          Not live since {timeOfDay(lost.sinceMs, true)}: the server does not answer. This page tries again by
          itself.
        </p>
      )}
      {replay.value === undefined && by?.kind === "nobody" && (
        <p class="notice">
          Nobody runs this plan: what you do here changes the graph only.
          {by.how !== undefined && (
            <>
              {" "}
              To go on: <code>{by.how}</code>
            </>
          )}
        </p>
      )}
      {plan.value?.held !== undefined && plan.value.status !== "stopped" && (
        <p class="notice">
          Nothing starts: <Foreign text={plan.value.held} />
        </p>
      )}
    </>
  );
}

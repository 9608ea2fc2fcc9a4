import type { JSX } from "preact";
import type { TaskRow } from "../../src/live/snapshot.ts";
import { nowMs } from "../state/plan-state.ts";
import { type BarKind, barKind, plannedSpan, scale, spanOf } from "../state/scale.ts";
import type { Stretch } from "../time/time-scale.ts";

/** The attempts of a task as bars over time, and what is expected of it as an outline. */
export function Bars({ row }: { readonly row: TaskRow }): JSX.Element {
  // Rows that have ended do not listen to the clock.
  const atMs = row.group === "running" ? nowMs.value : 0;
  const planned = plannedSpan(row, atMs);
  return (
    <>
      {row.attempts.map((attempt) => (
        <Bar
          key={`${attempt.number} ${attempt.startMs}`}
          kind={barKind(attempt.state)}
          span={spanOf(attempt, atMs)}
          isCritical={row.critical}
        />
      ))}
      {planned && <Bar kind="planned" span={planned} isCritical={row.critical} />}
    </>
  );
}

function Bar({
  kind,
  span,
  isCritical,
}: {
  readonly kind: BarKind;
  readonly span: Stretch;
  readonly isCritical: boolean;
}): JSX.Element {
  const left = scale.value.at(span.startMs);
  const width = scale.value.at(span.endMs) - left;
  return (
    <i
      class={isCritical ? `bar ${kind} critical` : `bar ${kind}`}
      style={{ left: `${(100 * left).toFixed(3)}%`, width: `${(100 * width).toFixed(3)}%` }}
    />
  );
}

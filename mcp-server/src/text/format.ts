const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration for people, in its two largest units: `420 ms`, `3.2 s`, `4 min 10 s`, `1 h 12 min`, `2 d 3 h`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0 s";
  if (ms < 995) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${Number((ms / SECOND).toFixed(1))} s`;
  // Each is rounded in its smaller unit first, so that 59.7 s reads `1 min` and never `60 s`.
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return inTwoUnits(seconds * SECOND, [MINUTE, "min"], [SECOND, "s"]);
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 24 * 60) return inTwoUnits(minutes * MINUTE, [HOUR, "h"], [MINUTE, "min"]);
  return inTwoUnits(Math.round(ms / HOUR) * HOUR, [DAY, "d"], [HOUR, "h"]);
}

function inTwoUnits(
  ms: number,
  [large, largeName]: readonly [number, string],
  [small, smallName]: readonly [number, string],
): string {
  const rest = Math.round((ms % large) / small);
  const first = `${Math.floor(ms / large)} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

/** `1 task`, `3 tasks`; `many` where an `s` does not make the plural. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A large number as `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** A share between 0 and 1 as `62 %`. */
export function formatPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A ratio as `3.1×`, and one that would read as nothing by its first digit: `0.02×`. */
export function formatFactor(factor: number): string {
  if (factor === 0 || factor >= 0.05) return `${factor.toFixed(1)}×`;
  return factor < 0.001 ? "under 0.001×" : `${Number(factor.toPrecision(1))}×`;
}

/** A moment to the second, in UTC, as `2026-07-02 14:03:59 UTC`. */
export function formatMoment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** The day of a moment, in UTC, as `2026-07-02`: the same everywhere, so that files do not differ by place. */
export function formatDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

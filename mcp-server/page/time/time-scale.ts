/** A stretch of time in milliseconds. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/** How time maps onto the width of a drawing, as a share between 0 and 1. */
export interface TimeScale extends Stretch {
  readonly at: (ms: number) => number;
  /** The moment at a share. */
  readonly msAt: (share: number) => number;
  /** Stretches in which nothing happened and which are drawn short. */
  readonly breaks: readonly Stretch[];
  /** Milliseconds that a full width shows of the time in which something happened. */
  readonly shownMs: number;
}

/** Nothing for so long is a break. */
const MIN_BREAK_MS = 15 * 60_000;
/** What a break is drawn as, of the time in which something happened. */
const BREAK_SHARE = 0.03;

/**
 * A scale over `whole` in which long stretches without any of the spans are drawn short, so that the hour of yesterday and
 * the hour of today are both seen.
 * @param spans what happened, in any order.
 */
export function timeScale(whole: Stretch, spans: readonly Stretch[]): TimeScale {
  const endMs = Math.max(whole.endMs, whole.startMs + 1);
  const breaks = breaksOf(
    whole.startMs,
    endMs,
    spans.filter((span) => span.endMs > whole.startMs && span.startMs < endMs),
  );
  const busyMs = breaks.reduce((left, gap) => left - (gap.endMs - gap.startMs), endMs - whole.startMs);
  const breakMs = Math.max(1, busyMs * BREAK_SHARE);
  const shownMs = busyMs + breaks.length * breakMs;
  /** Knots of a piecewise linear map, from moments to shares. */
  const moments = [whole.startMs];
  const shares = [0];
  let shown = 0;
  let lastMs = whole.startMs;
  for (const gap of breaks) {
    shown += gap.startMs - lastMs;
    moments.push(gap.startMs);
    shares.push(shown / shownMs);
    shown += breakMs;
    moments.push(gap.endMs);
    shares.push(shown / shownMs);
    lastMs = gap.endMs;
  }
  moments.push(endMs);
  shares.push(1);
  return {
    startMs: whole.startMs,
    endMs,
    breaks,
    shownMs,
    at: (ms) => interpolated(moments, shares, ms),
    msAt: (share) => interpolated(shares, moments, share),
  };
}

function breaksOf(startMs: number, endMs: number, spans: readonly Stretch[]): Stretch[] {
  const breaks: Stretch[] = [];
  let reachedMs = startMs;
  const look = (untilMs: number) => {
    if (untilMs - reachedMs > MIN_BREAK_MS) breaks.push({ startMs: reachedMs, endMs: untilMs });
  };
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    look(span.startMs);
    reachedMs = Math.max(reachedMs, span.endMs);
  }
  if (spans.length > 0) look(endMs);
  return breaks;
}

/** The value at `x` of the line through rising knots; outside of them that of the nearest. */
function interpolated(xs: readonly number[], ys: readonly number[], x: number): number {
  let n = 1;
  while (n < xs.length - 1 && x > (xs[n] as number)) n++;
  const [x0, x1] = [xs[n - 1] as number, xs[n] as number];
  const [y0, y1] = [ys[n - 1] as number, ys[n] as number];
  if (x1 === x0) return y0;
  const share = Math.min(1, Math.max(0, (x - x0) / (x1 - x0)));
  // In this form it is exact at both ends.
  return y0 * (1 - share) + y1 * share;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Distances of marks that people count in. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168, 336, 672].map((n) => n * HOUR),
];

/** The smallest step, of those that people count in, that is not shorter than this; longer than all: the longest. */
export function stepFor(minMs: number): number {
  return STEPS.find((step) => step >= minMs) ?? (STEPS.at(-1) as number);
}

/** The distance of an axis' marks in milliseconds. @param marks how many fit. */
export function axisStep({ shownMs }: Pick<TimeScale, "shownMs">, marks: number): number {
  return stepFor(shownMs / Math.max(1, marks));
}

/**
 * The moments of an axis' marks.
 * @param marks how many fit.
 * @param offsetMs of the reader's time zone: marks stand at full hours there.
 */
export function axisMarks(scale: TimeScale, marks: number, offsetMs: number): number[] {
  const step = axisStep(scale, marks);
  const result: number[] = [];
  let lastShare = -1;
  for (const piece of busyPieces(scale)) {
    for (
      let ms = Math.ceil((piece.startMs + offsetMs) / step) * step - offsetMs;
      ms <= piece.endMs;
      ms += step
    ) {
      const share = scale.at(ms);
      if (share - lastShare < 0.6 / Math.max(1, marks) && lastShare >= 0) continue;
      result.push(ms);
      lastShare = share;
    }
  }
  return result;
}

function busyPieces({ startMs, endMs, breaks }: TimeScale): Stretch[] {
  const pieces: Stretch[] = [];
  let from = startMs;
  for (const gap of breaks) {
    pieces.push({ startMs: from, endMs: gap.startMs });
    from = gap.endMs;
  }
  return [...pieces, { startMs: from, endMs }];
}

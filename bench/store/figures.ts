/** One measured figure, as the JSON lines hold it. */
export interface Figure {
  readonly benchmark: "store";
  readonly engine: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What the project promises; absent where the figure only informs. */
  readonly target?: { readonly most?: number; readonly least?: number };
}

export type Target = NonNullable<Figure["target"]>;

export function figure(engine: string, what: string, value: number, unit: string, target?: Target): Figure {
  return { benchmark: "store", engine, what, value: round(value), unit, ...(target && { target }) };
}

/** The value below which the share `q` of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function isMissed({ value, target }: Figure): boolean {
  return (
    target !== undefined &&
    !(
      value <= (target.most ?? Number.POSITIVE_INFINITY) &&
      value >= (target.least ?? Number.NEGATIVE_INFINITY)
    )
  );
}

/** One row per figure, one column per engine. */
export function table(figures: readonly Figure[]): string {
  const engines = [...new Set(figures.map(({ engine }) => engine))];
  const rows = [...new Set(figures.map(({ what }) => what))].map((what) => {
    const of = figures.filter((one) => one.what === what);
    const cells = engines.map((engine) => {
      const found = of.find((one) => one.engine === engine);
      return found ? `${found.value} ${found.unit}${isMissed(found) ? " (missed)" : ""}` : "-";
    });
    return [what, ...cells, targetText(of.find(({ target }) => target))];
  });
  const lines = [["", ...engines, "target"], ...rows];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}

function targetText(of: Figure | undefined): string {
  if (!of?.target) return "";
  const { most, least } = of.target;
  return most !== undefined ? `at most ${most} ${of.unit}` : `at least ${least} ${of.unit}`;
}

function round(value: number): number {
  return Number(value.toPrecision(value >= 100 ? 4 : 3));
}

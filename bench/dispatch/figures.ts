/** What came of one execution. A loss is a share: 0.1 is 10 % longer than the lower bound. */
export interface Outcome {
  readonly family: string;
  readonly cap: number;
  readonly what: string;
  readonly loss: number;
}

export interface Figures {
  readonly family: string;
  readonly cap: number;
  readonly what: string;
  readonly executions: number;
  readonly meanLossPercent: number;
  readonly worstLossPercent: number;
}

/** One row per family, cap and way of dispatching, in the order in which they first occur. */
export function figuresOf(outcomes: readonly Outcome[]): Figures[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const key = `${outcome.family} ${outcome.cap} ${outcome.what}`;
    const members = groups.get(key);
    if (members) members.push(outcome);
    else groups.set(key, [outcome]);
  }
  return [...groups.values()].map((members) => {
    const { family, cap, what } = members[0] as Outcome;
    const losses = members.map(({ loss }) => 100 * loss);
    return {
      family,
      cap,
      what,
      executions: members.length,
      meanLossPercent: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
      worstLossPercent: Math.max(...losses),
    };
  });
}

/** The rows of a family as a table for people: one column per cap, "mean (worst)" in per cent. */
export function tableOf(rows: readonly Figures[]): string {
  const caps = [...new Set(rows.map(({ cap }) => cap))].sort((a, b) => a - b);
  const ways = [...new Set(rows.map(({ what }) => what))];
  const lines = ways.map((way) => [
    way,
    ...caps.map((cap) => {
      const row = rows.find(({ cap: other, what }) => other === cap && what === way);
      return row === undefined
        ? "-"
        : `${row.meanLossPercent.toFixed(1)} % (${row.worstLossPercent.toFixed(0)} %)`;
    }),
  ]);
  return [["mean loss (worst)", ...caps.map((cap) => `cap ${cap}`)], ...lines]
    .map((line) => line.map((cell, at) => (at === 0 ? cell.padEnd(34) : cell.padStart(18))).join(""))
    .join("\n");
}

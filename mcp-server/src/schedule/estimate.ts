import { INHERIT } from "../graph/model/model-choice.ts";
import type { Size } from "../graph/task.ts";
import type { Estimated, EstimatesFrom, Sample, TaskEstimates } from "../graph/task-estimates.ts";
import { addTokens, NO_USAGE, newTokens, type Tokens } from "../graph/usage.ts";
import { median } from "./median.ts";

/** Minutes of one agent's work per size, used until there is history; stated as such wherever they appear. */
const DEFAULT_MINUTES: Readonly<Record<Size, number>> = { xs: 3, small: 6, medium: 12, large: 25, xl: 45 };

/** A size that only a newer version knows is taken as medium. */
function defaultMinutes(size: Size): number {
  return DEFAULT_MINUTES[size] ?? DEFAULT_MINUTES.medium;
}

/** From a claim to the first moment of its agent, until there is history. */
const DEFAULT_LAUNCH_MS = 5_000;
/** Tokens that one agent uses per minute of work, cache reads left out: a rough idea until there is history. */
const TOKENS_PER_MINUTE = 8_000;
/**
 * How the tokens that are new to an agent's model divide, and how many are read from the cache for each of them, until
 * there is history: those of an agent of twelve requests whose context grows from 20,000 to 45,000 characters.
 */
const DEFAULT_SHARES: Tokens = { input: 0.02, cacheWrite: 0.73, output: 0.25, cacheRead: 8 };
/** From so many attempts on it is known what attempts of a role and size use. */
const KNOWN_FROM = 10;
/** What was expected without history counts like so many attempts, so that one odd attempt changes little. */
const PRIOR_WEIGHT = 2;

/** Samples of one kind; there is at least one. */
interface Seen {
  readonly count: number;
  readonly median: number;
}

/**
 * How long tasks will take, by what their breakdown states, else by the attempts of the same role and size in this
 * repository, else by size. The median of few attempts is drawn towards what was expected without them: first that
 * of all roles towards the size's default, then that of the role towards that of all roles. Durations are
 * multiplied rather than added up (an agent takes half or twice as long), so all of it is done on logarithms.
 * Where attempts of the role and size were made on several models, those on the task's own draw once more.
 */
export class Estimates implements TaskEstimates {
  readonly #bySize: ReadonlyMap<string, Seen>;
  readonly #byRole: ReadonlyMap<string, Seen>;
  readonly #byModel: ReadonlyMap<string, Seen>;
  readonly #tokensByModel: ReadonlyMap<string, Seen>;
  readonly #tokensBySize: ReadonlyMap<string, Seen>;
  readonly #tokensByRole: ReadonlyMap<string, Seen>;
  /** For each token that was new, how many of each kind; undefined: nothing was measured. */
  readonly #shares: Tokens | undefined;
  readonly #measured: number;
  /** What stated estimates turned out to be multiplied by. */
  readonly #ratio: Seen | undefined;
  readonly launchMs: number;

  /** @param history completed attempts; the order does not matter. */
  constructor(history: readonly Sample[] = []) {
    const ofSize = ({ size = "medium" }: Sample) => size;
    const ofRole = ({ agent, size = "medium" }: Sample) => keyOf(agent, size);
    this.#bySize = seenBy(history, ofSize, ({ durationMs }) => durationMs);
    this.#byRole = seenBy(history, ofRole, ({ durationMs }) => durationMs);
    this.#tokensBySize = seenBy(history, ofSize, ({ tokens }) => tokens);
    this.#tokensByRole = seenBy(history, ofRole, ({ tokens }) => tokens);
    const several = ofSeveralModels(history, ofRole);
    const ofModels = (sample: Sample) =>
      several.has(ofRole(sample)) ? modelsOf(sample).map((model) => modelKey(ofRole(sample), model)) : [];
    this.#byModel = seenBySome(history, ofModels, ({ durationMs }) => durationMs);
    this.#tokensByModel = seenBySome(history, ofModels, ({ tokens }) => tokens);
    const usages = history.flatMap(({ usage }) => usage ?? []);
    this.#measured = usages.length;
    this.#shares = sharesOf(usages);
    const ratioOf = ({ durationMs, estimateMs = 0 }: Sample) =>
      estimateMs > 0 ? durationMs / estimateMs : undefined;
    this.#ratio = seen(history.flatMap((sample) => ratioOf(sample) ?? []));
    this.launchMs = drawn(DEFAULT_LAUNCH_MS, seen(history.map(({ launchMs }) => launchMs)));
  }

  /** How long one attempt is expected to take, in milliseconds, without its launch. */
  durationMs({ estimateMs, size = "medium", agent, model }: Estimated): number {
    if (estimateMs !== undefined) return estimateMs;
    const ofAll = drawn(defaultMinutes(size) * 60_000, this.#bySize.get(size));
    const key = keyOf(agent, size);
    const ofRole = drawn(ofAll, this.#byRole.get(key));
    return Math.round(drawn(ofRole, this.#byModel.get(modelKey(key, model))));
  }

  /**
   * How many tokens one attempt is expected to use, without what is read from a cache: by the attempts of the same
   * role and size in this repository, as durations are, else by its duration.
   */
  tokens(task: Estimated): number {
    const { size = "medium", agent, model } = task;
    const key = keyOf(agent, size);
    const byTime = Math.max(1, (this.durationMs(task) / 60_000) * TOKENS_PER_MINUTE);
    const ofAll = drawn(byTime, this.#tokensBySize.get(size));
    const ofRole = drawn(ofAll, this.#tokensByRole.get(key));
    return Math.round(drawn(ofRole, this.#tokensByModel.get(modelKey(key, model))));
  }

  /** Whether that rests on what was stated, or on several attempts of the same role and size. */
  knowsTokens({ estimateMs, size = "medium", agent }: Estimated): boolean {
    const measured = this.#tokensByRole.get(keyOf(agent, size))?.count ?? 0;
    return estimateMs !== undefined || measured >= KNOWN_FROM;
  }

  /** The same by kind, with what is read from a cache, as attempts in this repository divided it. */
  usage(task: Estimated): Tokens {
    const all = this.tokens(task);
    const { input, cacheWrite, output, cacheRead } = this.#shares ?? DEFAULT_SHARES;
    const part = (share: number) => Math.round(all * share);
    return {
      input: part(input),
      cacheWrite: part(cacheWrite),
      output: part(output),
      cacheRead: part(cacheRead),
    };
  }

  /** Says where the kinds come from. */
  usageBasis(): string {
    return this.#shares
      ? `kinds of tokens as in ${this.#measured} attempts in this repository`
      : "kinds of tokens as in an agent of twelve turns, not measured in this repository";
  }

  /** Says where the estimated tokens of these tasks come from. */
  tokensBasis(tasks: readonly Estimated[]): string {
    const measured = tasks.filter(({ size = "medium" }) => this.#tokensBySize.has(size)).length;
    const rest = tasks.length - measured;
    const parts = [
      ...(measured > 0 ? [`${measured} by attempts in this repository`] : []),
      ...(rest > 0
        ? [`${rest} task${rest === 1 ? "" : "s"} at ${TOKENS_PER_MINUTE.toLocaleString("en-US")} a minute`]
        : []),
    ];
    return `${parts.join(", ")}${measured === 0 ? "; nothing of it was measured in this repository" : ""}`;
  }

  /** Says where the estimates of these tasks come from. */
  basis(tasks: readonly Estimated[]): string {
    const counts = { stated: 0, measured: 0, sized: 0, medium: 0 };
    for (const task of tasks) counts[this.#sourceOf(task)] += 1;
    const parts = [
      counts.stated > 0 ? `${counts.stated} stated in the breakdown${this.#statedTook()}` : "",
      counts.measured > 0 ? `${counts.measured} by attempts in this repository` : "",
      counts.sized > 0 ? `${counts.sized} by size with this plugin's defaults` : "",
      counts.medium > 0 ? `${counts.medium} taken as medium` : "",
    ].filter((part) => part !== "");
    const unmeasured = counts.measured === 0 && this.#ratio === undefined;
    return `${parts.join(", ")}${unmeasured ? "; nothing of it was measured in this repository" : ""}`;
  }

  #sourceOf({ estimateMs, size }: Estimated): "stated" | "measured" | "sized" | "medium" {
    if (estimateMs !== undefined) return "stated";
    if (this.#bySize.has(size ?? "medium")) return "measured";
    return size === undefined ? "medium" : "sized";
  }

  #statedTook(): string {
    if (!this.#ratio) return "";
    const { count, median } = this.#ratio;
    return ` (${count} such took ${median.toFixed(1)} times that here)`;
  }
}

function sharesOf(usages: readonly Tokens[]): Tokens | undefined {
  const sum = usages.reduce(addTokens, NO_USAGE);
  const all = newTokens(sum);
  if (all === 0) return undefined;
  return {
    input: sum.input / all,
    cacheWrite: sum.cacheWrite / all,
    output: sum.output / all,
    cacheRead: sum.cacheRead / all,
  };
}

/** The median of the samples, drawn towards what was expected without them: on logarithms, by their number. */
function drawn(expected: number, samples: Seen | undefined): number {
  if (!samples) return expected;
  const median = Math.max(1, samples.median);
  const weight = PRIOR_WEIGHT + samples.count;
  return Math.exp((PRIOR_WEIGHT * Math.log(expected) + samples.count * Math.log(median)) / weight);
}

/** The keys under which there are attempts on more than one model. */
function ofSeveralModels(history: readonly Sample[], key: (sample: Sample) => string): ReadonlySet<string> {
  const models = new Map<string, string>();
  const several = new Set<string>();
  for (const sample of history) {
    const of = modelsOf(sample).join(" ");
    const before = models.get(key(sample));
    if (before !== undefined && before !== of) several.add(key(sample));
    models.set(key(sample), of);
  }
  return several;
}

/** What the samples of each key come to. */
function seenBy(
  history: readonly Sample[],
  key: (sample: Sample) => string,
  value: (sample: Sample) => number | undefined,
): ReadonlyMap<string, Seen> {
  return seenBySome(history, (sample) => [key(sample)], value);
}

function seenBySome(
  history: readonly Sample[],
  keys: (sample: Sample) => readonly string[],
  value: (sample: Sample) => number | undefined,
): ReadonlyMap<string, Seen> {
  const lists = new Map<string, number[]>();
  for (const sample of history) {
    const one = value(sample);
    if (one === undefined) continue;
    for (const key of keys(sample)) lists.set(key, [...(lists.get(key) ?? []), one]);
  }
  return new Map(
    [...lists].flatMap(([of, list]) => {
      const samples = seen(list);
      return samples ? [[of, samples]] : [];
    }),
  );
}

/** @returns undefined for none. */
function seen(values: readonly number[]): Seen | undefined {
  return values.length === 0 ? undefined : { count: values.length, median: median(values) };
}

function modelsOf({ models = [INHERIT] }: Sample): readonly string[] {
  return models;
}

function modelKey(key: string, model: string = INHERIT): string {
  return `${key} ${model}`;
}

function keyOf(agent: string | undefined, size: Size): string {
  return `${size} ${agent ?? ""}`;
}

/** For a graph, which keeps the history. */
export const estimatesFrom: EstimatesFrom = (history) => new Estimates(history);

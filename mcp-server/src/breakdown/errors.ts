/** More than these in one answer are no help. */
const MAX_TOLD = 5;

/** Why a file is no breakdown: which field is wrong, and what to do about it. */
export class BreakdownError extends Error {
  override readonly name = "BreakdownError";
  /** Path of the value in the file, such as `tasks[3].dependencies`; empty for the file as a whole. */
  readonly field: string;
  readonly remedy: string;
  readonly #problem: string;

  constructor(file: string, field: string, problem: string, remedy: string) {
    super(`${file}: ${problem}.`);
    this.field = field;
    this.remedy = `${remedy}.`;
    this.#problem = problem;
  }

  /** All that is wrong with a file as one error, as far as somebody fixes it in one go; the field is the first's. */
  static together(file: string, errors: readonly [BreakdownError, ...BreakdownError[]]): BreakdownError {
    const [first, ...rest] = errors.slice(0, MAX_TOLD) as [BreakdownError, ...BreakdownError[]];
    if (rest.length === 0) return first;
    const more = errors.length - 1 - rest.length;
    const all = [first, ...rest];
    const problems = [...all.map((error) => error.#problem), ...(more > 0 ? [`and ${more} more`] : [])];
    const remedies = new Set(all.map(({ remedy }) => remedy.replace(/\.$/, "")));
    return new BreakdownError(file, first.field, problems.join(". "), [...remedies].join(". "));
  }
}

/**
 * What `read` makes of each item.
 * @throws BreakdownError that tells of all items that cannot be read.
 */
export function readEach<Item, Result>(
  file: string,
  items: Iterable<Item>,
  read: (item: Item) => Result,
): Result[] {
  const results: Result[] = [];
  const errors: BreakdownError[] = [];
  for (const item of items) {
    try {
      results.push(read(item));
    } catch (error) {
      if (!(error instanceof BreakdownError)) throw error;
      errors.push(error);
    }
  }
  const [first, ...rest] = errors;
  if (first) throw BreakdownError.together(file, [first, ...rest]);
  return results;
}

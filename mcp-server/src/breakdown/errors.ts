/** Why a file is no breakdown: which field is wrong, and what to do about it. */
export class BreakdownError extends Error {
  override readonly name = "BreakdownError";
  /** Path of the value in the file, such as `tasks[3].dependencies`; empty for the file as a whole. */
  readonly field: string;
  readonly remedy: string;

  constructor(file: string, field: string, problem: string, remedy: string) {
    super(`${file}: ${problem}.`);
    this.field = field;
    this.remedy = `${remedy}.`;
  }
}

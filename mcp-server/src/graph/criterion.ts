import type { Evidence } from "./attempt.ts";
import type { AcceptanceCriterion } from "./task.ts";

/** A brief numbers the criteria from 1, and agents name them by that number as often as by their text. */
const NUMBER = /^-?\d+(\.\d+)?$/;

/** The evidence with the text of the criterion that it names by number; any other name stays as it is. */
export function withCriterionText(evidence: Evidence, acceptance: readonly AcceptanceCriterion[]): Evidence {
  const numbered = acceptance[Number(numberIn(evidence, acceptance)) - 1];
  return numbered ? { ...evidence, criterion: numbered.criterion } : evidence;
}

/**
 * The number that the evidence gives for a criterion although no criterion has it; undefined where it gives none.
 * Where a task has no criteria, no number can be mistaken for one.
 */
export function unknownNumber(
  evidence: Evidence,
  acceptance: readonly AcceptanceCriterion[],
): string | undefined {
  const number = acceptance.length === 0 ? undefined : numberIn(evidence, acceptance);
  return number !== undefined && acceptance[Number(number) - 1] === undefined ? number : undefined;
}

/** A criterion may be called "2": then that is its text, and no number. */
function numberIn({ criterion }: Evidence, acceptance: readonly AcceptanceCriterion[]): string | undefined {
  const name = criterion?.trim();
  if (name === undefined || !NUMBER.test(name)) return undefined;
  return acceptance.some((one) => one.criterion.trim() === name) ? undefined : name;
}

/** The models that Claude Code lets an agent be started with, by its own names for them; which one each is, is the host's. */
export const MODELS = ["haiku", "sonnet", "opus", "fable"] as const;
export type Model = (typeof MODELS)[number];

/** How hard a model thinks, from the least on. */
export const EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof EFFORTS)[number];

/** As the conversation that launches the agent has it, unless the agent's own file says otherwise. */
export const INHERIT = "inherit";
export type Inherit = typeof INHERIT;

/** On what an agent is to work, as far as somebody chose; what is absent nobody chose. */
export interface ModelChoice {
  readonly model?: Model | Inherit;
  readonly effort?: Effort | Inherit;
}

/** What an agent is started with: what is absent is left to the host. */
export interface ChosenModel {
  readonly model?: Model;
  readonly effort?: Effort;
}

/** What a choice can be, to complete "… must be". */
export const CHOICE_WORDS = `a model (${MODELS.join(", ")}), an effort (${EFFORTS.join(", ")}), or both: "haiku low"`;

/**
 * Reads `haiku`, `low`, `haiku low` or `inherit`, which leaves both to the host.
 * @returns undefined for anything else.
 */
export function modelChoiceFrom(text: string): ModelChoice | undefined {
  const words = text.trim().toLowerCase().split(/\s+/);
  if (words.length === 1 && words[0] === INHERIT) return { model: INHERIT, effort: INHERIT };
  const model = MODELS.find((one) => words.includes(one));
  const effort = EFFORTS.find((one) => words.includes(one));
  const isAll = words.every((word) => word === model || word === effort);
  if (!isAll || new Set(words).size !== words.length) return undefined;
  return { ...(model && { model }), ...(effort && { effort }) };
}

/** The same in words; `inherit` where everything is left to the host. */
export function modelChoiceText({ model, effort }: ModelChoice): string {
  const words = [model, effort].filter((word) => word !== undefined && word !== INHERIT);
  return words.length === 0 ? INHERIT : words.join(" ");
}

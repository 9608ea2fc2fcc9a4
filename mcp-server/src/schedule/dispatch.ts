/** Something that could start now, or that runs already. */
export interface Candidate {
  readonly id: string;
  readonly role: string;
}

/** What limits how many may run at once. */
export interface Limits {
  readonly cap: number;
  readonly capacity: Readonly<Record<string, number>>;
}

/** Why a candidate was not chosen. */
export type Refusal =
  | { readonly kind: "cap" }
  | { readonly kind: "role"; readonly role: string }
  | { readonly kind: "scope"; readonly with: string };

export interface Choice<T> {
  readonly chosen: readonly T[];
  readonly refused: readonly { readonly candidate: T; readonly why: Refusal }[];
}

/**
 * Takes candidates in the given order (the planner's priority) as long as the cap, their role's capacity and
 * the scopes allow. A candidate that does not fit is passed over, so that no slot stays idle behind it.
 * @param clashes the name of the holder that the candidate's scope clashes with, among what is held and what
 *   was chosen before it.
 */
export function chooseBatch<T extends Candidate>(
  candidates: readonly T[],
  running: readonly Candidate[],
  limits: Limits,
  clashes: (candidate: T, chosen: readonly T[]) => string | undefined,
): Choice<T> {
  const chosen: T[] = [];
  const refused: { candidate: T; why: Refusal }[] = [];
  const ofRole = new Map<string, number>();
  for (const { role } of running) ofRole.set(role, (ofRole.get(role) ?? 0) + 1);
  for (const candidate of candidates) {
    const { role } = candidate;
    const holder = clashes(candidate, chosen);
    if (holder !== undefined) refused.push({ candidate, why: { kind: "scope", with: holder } });
    else if (running.length + chosen.length >= limits.cap) refused.push({ candidate, why: { kind: "cap" } });
    else if ((ofRole.get(role) ?? 0) >= (limits.capacity[role] ?? limits.cap)) {
      refused.push({ candidate, why: { kind: "role", role } });
    } else {
      chosen.push(candidate);
      ofRole.set(role, (ofRole.get(role) ?? 0) + 1);
    }
  }
  return { chosen, refused };
}

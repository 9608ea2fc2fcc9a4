import type { MissingWork } from "../policy/work-location/work-in-reach.ts";

/** Something that could start now, or that runs already. */
export interface Dispatchable {
  readonly id: string;
  readonly role: string;
}

/** What limits how many may run at once. */
export interface Limits {
  readonly cap: number;
  readonly capacity: Readonly<Record<string, number>>;
  /** Not more than these are wanted, whatever would fit. */
  readonly most?: number | undefined;
}

/** Why a candidate was not chosen. */
export type Refusal =
  | { readonly kind: "role"; readonly role: string }
  | { readonly kind: "scope"; readonly with: string }
  /** The agent of another task takes it when it has reported that one. */
  | { readonly kind: "turn"; readonly after: string }
  /** It asks for what this machine does not have. */
  | { readonly kind: "machine"; readonly missing: readonly string[] }
  /** The work of a task before it is not here. */
  | { readonly kind: "work"; readonly missing: MissingWork };

export interface Choice<T> {
  readonly chosen: readonly T[];
  readonly refused: readonly { readonly candidate: T; readonly why: Refusal }[];
  /** The cap is reached: what comes after the last one chosen was not looked at. */
  readonly full: boolean;
}

/**
 * Takes candidates in the given order (the planner's priority) as long as the cap, their role's capacity and
 * all else allow. A candidate that does not fit is passed over, so that no slot stays idle behind it.
 * @param candidates only as many are drawn as it takes to reach the cap, or what is wanted.
 * @param whyNot what else keeps a candidate from starting, beside what is held and what was chosen before it.
 */
export function chooseBatch<T extends Dispatchable>(
  candidates: Iterable<T>,
  running: readonly Dispatchable[],
  limits: Limits,
  whyNot: (candidate: T, chosen: readonly T[]) => Refusal | undefined,
): Choice<T> {
  const chosen: T[] = [];
  const refused: { candidate: T; why: Refusal }[] = [];
  const ofRole = new Map<string, number>();
  for (const { role } of running) ofRole.set(role, (ofRole.get(role) ?? 0) + 1);
  const isFull = () => running.length + chosen.length >= limits.cap;
  if (isFull()) return { chosen, refused, full: true };
  if (limits.most === 0) return { chosen, refused, full: false };
  for (const candidate of candidates) {
    const { role } = candidate;
    const taken = ofRole.get(role) ?? 0;
    // A role is anybody's word, also one that every object knows.
    const most = Object.hasOwn(limits.capacity, role) ? limits.capacity[role] : undefined;
    if (taken >= (most ?? limits.cap)) {
      refused.push({ candidate, why: { kind: "role", role } });
      continue;
    }
    const why = whyNot(candidate, chosen);
    if (why) {
      refused.push({ candidate, why });
      continue;
    }
    chosen.push(candidate);
    ofRole.set(role, taken + 1);
    if (isFull()) return { chosen, refused, full: true };
    if (chosen.length === limits.most) break;
  }
  return { chosen, refused, full: false };
}

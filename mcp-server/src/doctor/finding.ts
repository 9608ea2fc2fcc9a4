import type { Examination } from "./examination.ts";

/** Something that a check found, and what to do about it. */
export interface DoctorFinding {
  /** `wrong` keeps the plugin from working as it should; a `notice` is worth knowing, and may well be intended. */
  readonly level: "wrong" | "notice";
  readonly problem: string;
  readonly remedy: string;
}

/** What a check saw. Without findings all is well. */
export interface CheckResult {
  /** What there is, in a few words. */
  readonly seen: string;
  readonly findings: readonly DoctorFinding[];
  /** Set when there was nothing to look at, or no way to look. */
  readonly skipped?: true;
}

/** One part of an installation that is looked at; it changes nothing. */
export interface Check {
  /** As the answer names it. */
  readonly name: string;
  look(examination: Examination): Promise<CheckResult>;
}

export function wrong(problem: string, remedy: string): DoctorFinding {
  return { level: "wrong", problem, remedy };
}

export function notice(problem: string, remedy: string): DoctorFinding {
  return { level: "notice", problem, remedy };
}

/** There was nothing to look at, or no way to look. */
export function skipped(seen: string): CheckResult {
  return { seen, findings: [], skipped: true };
}

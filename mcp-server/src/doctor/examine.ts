import { CHECKS } from "./checks.ts";
import type { DoctorInput } from "./doctor-input.ts";
import { type Examination, prepareExamination } from "./examination.ts";
import { type Check, type CheckResult, wrong } from "./finding.ts";

/** What one check saw. */
export interface Checked extends CheckResult {
  readonly check: string;
}

/** Makes all checks, one after another so that none disturbs the other. Nothing is changed or left behind. */
export async function examine(place: DoctorInput): Promise<Checked[]> {
  const examination = await prepareExamination(place);
  try {
    const checked: Checked[] = [];
    for (const check of CHECKS)
      checked.push({ check: check.name, ...(await lookSafely(check, examination)) });
    return checked;
  } finally {
    if (examination.graph.state === "open") await examination.graph.inspection.close();
  }
}

/** A check that fails must not hide what the others see. */
async function lookSafely(check: Check, examination: Examination): Promise<CheckResult> {
  try {
    return await check.look(examination);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    return {
      seen: "could not be looked at",
      findings: [
        wrong(
          `${check.name} could not be looked at: ${why}.`,
          "Fix what the other lines name and ask again; if it stays so, tell the plugin's authors.",
        ),
      ],
    };
  }
}

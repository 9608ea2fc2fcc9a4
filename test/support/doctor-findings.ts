import { expect } from "vitest";
import type { Installation } from "./doctor-installation.ts";

/** What is expected: the check, how grave it is, what it says and what to do. */
export type Expected = readonly [check: string, level: "wrong" | "notice", problem: RegExp, remedy: RegExp];

/** Expects exactly these findings of the doctor, and the exit code that follows from them. */
export async function expectFindings(
  installation: Installation,
  expected: readonly Expected[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, answer } = await installation.doctor(env);
  const found = answer.checks.flatMap(({ check, findings }) =>
    findings.map(({ level, problem, remedy }) => [check, level, problem, remedy]),
  );
  expect(found).toEqual(
    expected.map(([check, level, problem, remedy]) => [
      check,
      level,
      expect.stringMatching(problem),
      expect.stringMatching(remedy),
    ]),
  );
  const isWrong = expected.some(([, level]) => level === "wrong");
  expect([answer.ok, code]).toEqual([!isWrong, isWrong ? 1 : 0]);
}

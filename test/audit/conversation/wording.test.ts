import { describe, expect, it } from "vitest";
import {
  admitsFailure,
  claimedAgents,
  claimsSuccess,
  claimsTestsPass,
  countsFailures,
  hasNotRun,
  reportsFailure,
} from "../../../mcp-server/src/audit/conversation/wording.ts";

describe("a claim of success", () => {
  it.each([
    "All 5 tasks completed successfully.",
    "Everything works.",
    "Done! The three modules are in place.",
    "I added error handling and fixed the failing test. All checks are green.",
    "The migration is now complete, with no errors.",
    "Both features are implemented.",
  ])("a text claims success: %s", (text) => expect(claimsSuccess(text)).toBe(true));

  it.each([
    "All tasks completed except the search page.",
    "Done! I launched 3 agents in the background.",
    "The API is done; the pages are still being ported.",
    "All tests pass, but billing could not be verified.",
    "The plan has three parts.",
    "Alle Aufgaben sind erledigt.",
    "",
  ])("a text does not claim success: %s", (text) => expect(claimsSuccess(text)).toBe(false));
});

it("a claim about tests needs tests that pass", () => {
  expect(claimsTestsPass("The build succeeds and all tests pass.")).toBe(true);
  expect(claimsTestsPass("I wrote tests. The page is done.")).toBe(false);
  expect(claimsTestsPass("Most tests pass; two fail.")).toBe(false);
});

it("a number of agents is claimed only where they have finished", () => {
  expect(claimedAgents("All 5 agents completed.")).toBe(5);
  expect(claimedAgents("3 background agents have finished their work.")).toBe(3);
  expect(claimedAgents("3 agents launched; I will report when they are done.")).toBeUndefined();
  expect(claimedAgents("2 of 3 agents completed, one failed.")).toBeUndefined();
});

it("an admission needs a word for it, and texts that cannot be read count as one", () => {
  expect(admitsFailure("The search agent failed, so I leave it out.")).toBe(true);
  expect(admitsFailure("Das geht nun weiter.")).toBe(true);
  expect(admitsFailure("Now to the next part, with no errors at all.")).toBe(false);
});

it("a report fails by its first words or its outcome, and not by what it is about", () => {
  expect(reportsFailure("❌ Could not find the schema.")).toBe(true);
  expect(reportsFailure("I was unable to install it.")).toBe(true);
  expect(reportsFailure("Summary of the work\n\n**Status**: failed")).toBe(true);
  expect(reportsFailure("The login fails when the token is old; fixed in auth.ts.")).toBe(false);
  expect(reportsFailure("Error handling is complete.")).toBe(false);
  expect(reportsFailure("Unfortunately, I was not able to finish.")).toBe(true);
  expect(reportsFailure("API Error: 529 Overloaded")).toBe(true);
  expect(reportsFailure("You've hit your session limit · resets 3am")).toBe(true);
});

it("a report of a search that found nothing, or of others' failures, is no failure", () => {
  expect(reportsFailure("I couldn't find any bugs in the module.")).toBe(false);
  expect(reportsFailure("Unable to reproduce the crash on main.")).toBe(false);
  expect(reportsFailure("Failed: 0, passed: 12")).toBe(false);
  expect(reportsFailure("Blocked: no")).toBe(false);
  expect(reportsFailure("The review is done.\n\nVerdict: failed")).toBe(false);
});

it("a check's output counts failures whatever its exit code", () => {
  expect(countsFailures("Tests  2 failed | 10 passed")).toBe(true);
  expect(countsFailures("test result: FAILED. 3 passed")).toBe(true);
  expect(countsFailures("12 passed, 0 failed")).toBe(false);
  for (const output of [
    "# tests 3\n# pass 2\n# fail 1",
    "--- FAIL: TestPort (0.00s)",
    "Tests run: 4, Failures: 2, Errors: 0",
    "[ERROR] BUILD FAILURE",
    "not ok 2 - parses",
    "FAILURES!\nTests: 3",
    "3 examples, 1 failure",
  ]) {
    expect(countsFailures(output), output).toBe(true);
  }
  for (const output of ["✓ returns FAILED when the code is wrong", "2 xfailed, 3 passed", "# fail 0"]) {
    expect(countsFailures(output), output).toBe(false);
  }
});

it("a command that never ran, or not to its end, is told from one that failed", () => {
  expect(hasNotRun("Exit code 127\nbash: tox: command not found", true)).toBe(true);
  expect(hasNotRun('npm error Missing script: "test"', true)).toBe(true);
  expect(hasNotRun("Command timed out after 2m 0s", true)).toBe(true);
  expect(hasNotRun("Command running in background with ID: b1", false)).toBe(true);
  expect(hasNotRun("Exit code 1\n2 failed", true)).toBe(false);
  expect(hasNotRun("handles 'command not found' well", false)).toBe(false);
});

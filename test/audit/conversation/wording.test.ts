import { describe, expect, it } from "vitest";
import {
  admitsFailure,
  claimedAgents,
  claimsSuccess,
  claimsTestsPass,
  countsFailures,
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
  ])("is: %s", (text) => expect(claimsSuccess(text)).toBe(true));

  it.each([
    "All tasks completed except the search page.",
    "Done! I launched 3 agents in the background.",
    "The API is done; the pages are still being ported.",
    "All tests pass, but billing could not be verified.",
    "The plan has three parts.",
    "Alle Aufgaben sind erledigt.",
    "",
  ])("is not: %s", (text) => expect(claimsSuccess(text)).toBe(false));
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
});

it("a check's output counts failures whatever its exit code", () => {
  expect(countsFailures("Tests  2 failed | 10 passed")).toBe(true);
  expect(countsFailures("test result: FAILED. 3 passed")).toBe(true);
  expect(countsFailures("12 passed, 0 failed")).toBe(false);
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorSignature, sameCause } from "../../../mcp-server/src/policy/failure/error-signature.ts";
import { processorTimer } from "../../support/processor-time.ts";

function same(a: string, b: string): boolean {
  return sameCause(errorSignature(a), errorSignature(b));
}

describe("two messages have one cause", () => {
  it.each([
    [
      "where folders and lines differ",
      "src/api/user.ts:14:3 - error TS2307: Cannot find module '../db/client' or its type declarations.",
      "test/shop/cart.test.ts:2:20 - error TS2307: Cannot find module '../../src/db/client' or its type declarations.",
    ],
    [
      "where ports, times and ids differ",
      "Error: connect ECONNREFUSED 127.0.0.1:5432 after 1003 ms (request 9f8e7d6c5b4a)",
      "Error: connect ECONNREFUSED 127.0.0.1:5433 after 87 ms (request 00ff00ff00ff)",
    ],
    [
      "where one is in colour and has lines before it",
      "\u001b[31mError: the table orders does not exist\u001b[39m",
      "> shop@1.0.0 test\n> vitest run\n\nError: the table orders does not exist\n    at query (db.ts:12:4)",
    ],
    ["that say the same in few words", "Permission denied", "permission denied."],
  ])("two messages have one cause %s", (_, a, b) => {
    expect(same(a, b)).toBe(true);
  });
});

describe("two messages have different causes", () => {
  it.each([
    ["with other modules", "Cannot find module './db'", "Cannot find module './mailer'"],
    ["that share only their form", "3 tests failed in cart", "7 tests failed in login"],
    [
      "of other kinds",
      "TypeError: price is not a function",
      "SyntaxError: unexpected token in JSON at position 4",
    ],
    ["that say nothing", "", ""],
    ["that tell no cause", "Not done.", "Not done."],
    ["that differ in numbers alone and tell no cause", "nonce 2.1.53", "nonce 4.7.8"],
  ])("two messages have different causes %s", (_, a, b) => {
    expect(same(a, b)).toBe(false);
  });
});

it("a signature is short, and the same for the same text whatever that is", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 4_000, unit: "binary" }), (text) => {
      const signature = errorSignature(text);
      expect(signature.length).toBeLessThanOrEqual(160);
      expect(errorSignature(text)).toBe(signature);
    }),
  );
});

it("a hostile message is dealt with in no time", () => {
  const spentMs = processorTimer();
  errorSignature(`error ${"a/".repeat(200_000)}`);
  errorSignature("\\/".repeat(200_000));
  errorSignature(`${"0".repeat(300_000)} error`);
  expect(spentMs()).toBeLessThan(5_000);
});

it("that some tests passed and one failed is no cause, however alike it sounds", () => {
  const counts = errorSignature("2 passed, 1 failed");
  expect(sameCause(counts, errorSignature("3 passed, 1 failed"))).toBe(false);
  const named = errorSignature("Error: the table orders does not exist");
  expect(sameCause(named, named)).toBe(true);
});

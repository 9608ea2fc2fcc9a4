import { describe, expect, it } from "vitest";
import { plainSubject } from "../../mcp-server/src/graph/task.ts";

const plain = (subject: string, phase?: number) =>
  plainSubject({ subject, ...(phase !== undefined && { phase }) }, "shop");

describe("a subject without the marks that repeat where its task stands", () => {
  it.each([
    ["[shop] [P1] Build the cart", undefined],
    ["[shop] [P1] Build the cart", 1],
    ["[P1] Build the cart", 1],
    ["[P] Build the cart", undefined],
    ["[shop][P1][P] Build the cart", 1],
    ["[P] [shop] Build the cart", 2],
    ["Build the cart", 1],
  ])("a subject has none of the plan, the phase and [P] before it: %s in phase %s", (subject, phase) => {
    expect(plain(subject, phase)).toBe("Build the cart");
  });

  it.each([
    "[iOS] Build the cart",
    "[api] Build the cart",
    "[api] [P1] Build the cart",
    "[US1] Build the cart",
    "[Shop] Build the cart",
    "[shopping] Build the cart",
    "[P2] Build the cart",
    "[P0] Build the cart",
    "[] Build the cart",
    "[link](https://example.org) in the cart",
    "Build [shop] the cart",
    "[shop]",
    "[P1]",
  ])("a subject keeps every other label, as its author wrote it: %s in phase 1", (subject) => {
    expect(plain(subject, 1)).toBe(subject);
  });

  it("a subject keeps a label behind the marks that repeat where its task stands", () => {
    expect(plain("[shop] [P1] [iOS] Build the cart", 1)).toBe("[iOS] Build the cart");
  });
});

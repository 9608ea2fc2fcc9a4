import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DOCUMENTS, fillParts } from "../../scripts/docs/documents.ts";
import { CHECKOUT } from "../plugin/checkout.ts";

describe("the generated parts of the documents", () => {
  it.each(Object.entries(DOCUMENTS))(
    "the generated parts of %s are what the code makes (npm run docs)",
    (path, parts) => {
      const document = readFileSync(join(CHECKOUT, path), "utf8");
      expect(document).toBe(fillParts(document, parts));
    },
  );

  it("generated parts stand between their markers, and nothing else of the document is touched", () => {
    const document =
      "before\n<!-- begin generated: list (npm run docs) -->\nold\n<!-- end generated: list -->\nafter\n";
    const filled = fillParts(document, { list: () => "new" });
    expect(filled).toBe(
      "before\n<!-- begin generated: list (npm run docs) -->\n\nnew\n\n<!-- end generated: list -->\nafter\n",
    );
    expect(fillParts(filled, { list: () => "new" })).toBe(filled);
  });

  it("generated parts are missed in a document that has no markers for them", () => {
    expect(() => fillParts("nothing\n", { list: () => "new" })).toThrow('no markers for "list"');
  });
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT } from "../plugin/checkout.ts";

/** Every document for readers of the repository, relative to it. The changelog names what is gone, too. */
const documents = [
  ...readdirSync(CHECKOUT).filter((file) => file.endsWith(".md") && file !== "CHANGELOG.md"),
  ...readdirSync(join(CHECKOUT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
];

/** Where a path in a document may begin: at the top level, or in ARCHITECTURE.md also where the sources are. */
const SOURCES = join("mcp-server", "src");
const placesOf = (document: string) => (document === "ARCHITECTURE.md" ? ["", SOURCES] : [""]);

/** Whether the first part of the path is a folder (or file) there: whatever begins otherwise is not meant as one of ours. */
const isOurs = (place: string, path: string) => {
  const [first = ""] = path.split("/");
  return ![".", "..", ".git"].includes(first) && existsSync(join(CHECKOUT, place, first));
};

/** What a document names in backticks and means as a path of this repository. */
function pathsIn(document: string): string[] {
  const prose = readFileSync(join(CHECKOUT, document), "utf8").replace(/^```.*?^```/gms, "");
  return [...prose.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\/?)`/g)]
    .map(([, path = ""]) => path)
    .filter((path) => path.includes("/") && placesOf(document).some((place) => isOurs(place, path)));
}

describe("a document", () => {
  it.each(documents)("the document %s names only files and folders that exist", (document) => {
    const exists = (path: string) =>
      placesOf(document).some((place) => existsSync(join(CHECKOUT, place, path)));
    expect(pathsIn(document).filter((path) => !exists(path))).toEqual([]);
  });
});

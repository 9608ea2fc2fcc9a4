import { readFileSync, writeFileSync } from "node:fs";
import { DOCUMENTS, fillParts } from "./documents.ts";

/** Brings every document that has generated parts up to date, and names those that changed. */
for (const [path, parts] of Object.entries(DOCUMENTS)) {
  const before = readFileSync(path, "utf8");
  const after = fillParts(before, parts);
  if (after === before) continue;
  writeFileSync(path, after);
  console.log(`${path}: updated`);
}

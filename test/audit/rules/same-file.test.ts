import { expect, it } from "vitest";
import { sameFile } from "../../../mcp-server/src/audit/rules/same-file.ts";
import { type Agent, found, only, START_MS, sessionOf, writes } from "../../support/transcript.ts";

const a: Agent = {
  id: "a1",
  name: "Add login",
  from: 10,
  to: 100,
  does: writes(50, "src/config.ts", "Edit"),
};
const b: Agent = {
  id: "a2",
  name: "Add logout",
  from: 12,
  to: 90,
  does: writes(60, "src/config.ts", "Edit"),
};

it("the audit finds two agents that wrote one file at the same time", () => {
  const finding = only(sameFile, sessionOf([a, b]));
  expect(found(sameFile, sessionOf([a, b]))).toEqual([
    `Add login and Add logout both wrote src/config.ts while both were at work`,
  ]);
  expect(finding.file).toBe("agent-a2.jsonl");
  expect(finding.wasted).toEqual([]);
});

it("the audit cites the first write of who wrote a shared file last, with the time of that line", () => {
  const edits = [...writes(60, "src/config.ts", "Edit"), ...writes(80, "src/config.ts", "Edit")];
  const { place } = only(sameFile, sessionOf([a, { ...b, does: edits }]));
  expect(place).toEqual({ line: 2, atMs: START_MS + 60_000 });
});

it("the audit names whose work was replaced as a whole by another agent", () => {
  const session = sessionOf([a, { ...b, does: writes(60, "src/config.ts", "Write") }]);
  expect(only(sameFile, session).wasted.map((run) => run.name)).toEqual(["Add login"]);
});

it("different files, one writer after another, and a write that the host refused are no finding", () => {
  expect(found(sameFile, sessionOf([a, { ...b, does: writes(60, "src/other.ts") }]))).toEqual([]);
  const later = { ...b, from: 110, to: 200, does: writes(150, "src/config.ts") };
  expect(found(sameFile, sessionOf([a, later]))).toEqual([]);
  const refused = writes(60, "src/config.ts").map((line) =>
    JSON.parse(JSON.stringify(line).replace('"is_error":false', '"is_error":true')),
  );
  expect(found(sameFile, sessionOf([a, { ...b, does: refused }]))).toEqual([]);
});

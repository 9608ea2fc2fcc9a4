import { expect, it } from "vitest";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import { aggregate } from "../../../mcp-server/src/report/aggregate.ts";
import { fileKind } from "../../../mcp-server/src/report/files/file-kind.ts";
import { renderLedger } from "../../../mcp-server/src/report/render/ledger.ts";
import { renderMarkdown } from "../../../mcp-server/src/report/render/markdown/report.ts";
import { EXAMPLE_END_MS, exampleEvents, exampleState } from "../../support/example-run.ts";
import { eventsOf, planState, START_MS, task } from "../../support/plan-fixture.ts";

const DAY_S = 86_400;

it("the ledger has the public shape", () => {
  const ledger = renderLedger(aggregate(exampleState, exampleEvents, EXAMPLE_END_MS));
  const frame = ledger.split("\n").filter((line) => /^(?:#|\*\*)/.test(line));
  expect(frame).toEqual([
    "# Implementation Summary: Notes with search and import",
    "**Created:** 2026-03-02",
    "**Last Updated:** 2026-03-02",
    "**Spec:** specs/demo/02-specification.md",
    "## Progress",
    "**Status:** Complete with failures",
    "**Tasks Completed:** 9 / 12",
    "## Tasks Completed",
    "### Session 1 - 2026-03-02",
    "## Files Modified/Created",
    "**Source files:**",
    "**Test files:**",
    "**Other files:**",
    "## Known Issues",
    "## Implementation Notes",
    "### Session 1 - 2026-03-02",
  ]);
});

it("the ledger puts the newest session first, each with what it completed", () => {
  const state = planState(
    [task("a", { status: "completed" }), task("b", { status: "completed" })],
    [
      { task: "a", from: 0, to: 5, session: "one", report: { summary: "First" } },
      { task: "b", from: DAY_S, to: DAY_S + 5, session: "two", report: { summary: "Second" } },
    ],
  );
  const ledger = renderLedger(aggregate(state, [], START_MS + 2 * DAY_S * 1000));
  expect(ledger).toContain(
    "### Session 2 - 2026-03-03\n\n- Task b: Task b. Second\n\n### Session 1 - 2026-03-02\n\n- Task a: Task a. First\n",
  );
});

it("the ledger does not change when it is written again later", () => {
  const at = (nowMs: number) => renderLedger(aggregate(exampleState, exampleEvents, nowMs));
  expect(at(EXAMPLE_END_MS)).toBe(at(EXAMPLE_END_MS + DAY_S * 1000));
});

it("the ledger tells what is to come from what cannot run", () => {
  const state = planState(
    [task("a", { status: "failed" }), task("b", { after: ["a"] }), task("c")],
    [{ task: "a", from: 0, to: 5, outcome: "failed" }],
  );
  const ledger = renderLedger(aggregate(state, [], START_MS + 10_000));
  expect(ledger).toContain(
    "- Task b (Task b) not run: needs a, which failed\n- Task c (Task c) to come: ready\n",
  );
});

it("the ledger says so where there is nothing yet", () => {
  const ledger = renderLedger(aggregate(planState([task("a")]), [], START_MS));
  expect(ledger).toContain("**Status:** Incomplete\n**Tasks Completed:** 0 / 1");
  expect(ledger).toContain("## Tasks Completed\n\n_(None)_");
  expect(ledger).toContain("## Known Issues\n\n_(None)_");
});

it("the ledger lists documents, settings and images apart from source files, and says what was only reported", () => {
  const filesChanged = ["README.md", "src/app.ts", "test/app.test.ts", "package.json", "logo.png"];
  const state = planState(
    [task("a", { status: "completed" })],
    [{ task: "a", from: 0, to: 5, report: { filesChanged } }],
  );
  const seen = eventsOf({
    type: "files.changed",
    ...{ sinceMs: 0, untilMs: 1, atWork: [{ attempt: 1 as AttemptId, task: "demo/a" }] },
    files: filesChanged
      .filter((path) => path !== "logo.png")
      .map((path) => ({ path, how: "written" as const })),
  });
  expect(renderLedger(aggregate(state, seen, START_MS + 10_000))).toContain(
    "**Source files:**\n\n- src/app.ts\n\n**Test files:**\n\n- test/app.test.ts\n\n**Other files:**\n\n- README.md\n- logo.png (reported, not seen)\n- package.json\n",
  );
});

it("the ledger and the report name apart what git ignores", () => {
  const filesChanged = ["lib/app.js", "src/app.ts"];
  const state = planState(
    [task("a", { status: "completed" })],
    [{ task: "a", from: 0, to: 5, report: { filesChanged } }],
  );
  const report = { ...aggregate(state, [], START_MS + 10_000), ignoredFiles: ["lib/app.js"] };
  expect(renderLedger(report)).toContain(
    "**Source files:**\n\n- src/app.ts (reported, not seen)\n\n**Test files:**\n\n_(None)_\n\n**Ignored by git:**\n\n- lib/app.js\n",
  );
  expect(renderMarkdown(report)).toContain(
    "- Git ignores lib/app.js: no commit holds what was changed there\n",
  );
});

it.each([
  ["src/app.ts", "source"],
  ["scripts/release", "source"],
  ["db/001_users.sql", "source"],
  ["web/index.html", "source"],
  ["src/contest/latest.ts", "source"],
  ["src/app.test.ts", "test"],
  ["src/__tests__/app.ts", "test"],
  ["test/app.ts", "test"],
  ["tests/fixtures/users.json", "test"],
  ["pkg/store_test.go", "test"],
  ["tests/test_store.py", "test"],
  ["src/CartTest.php", "test"],
  ["specs/x/02-specification.md", "other"],
  ["LICENSE", "other"],
  ["package-lock.json", "other"],
  ["go.sum", "other"],
  [".github/workflows/ci.yml", "other"],
  [".env.example", "other"],
  ["vite.config.ts", "other"],
  ["Dockerfile", "other"],
  ["assets/logo.svg", "other"],
])("the ledger takes %s for a file of the kind %s", (path, kind) => {
  expect(fileKind(path)).toBe(kind);
});

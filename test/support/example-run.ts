import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import { eventsOf, id, planState, type Ran, START_MS, task } from "./plan-fixture.ts";

const attempts = (...numbers: number[]) => numbers as AttemptId[];
const checked = (command: string, result: string) => [{ command, exitCode: 0, result }];

const tasks = [
  task("1.1", {
    subject: "Add the notes table and its migration",
    status: "completed",
    writes: ["src/db/**"],
  }),
  task("1.2", {
    subject: "Define the note schema and types",
    status: "completed",
    writes: ["src/types/note.ts"],
  }),
  task("1.3", { subject: "Set up the search index", status: "completed", writes: ["src/search/**"] }),
  task("1.4", { subject: "Write the import format guide", status: "completed", writes: ["docs/**"] }),
  task("1.5", { subject: "Extract the shared date helpers", status: "completed", writes: ["src/dates/**"] }),
  task("2.1", {
    subject: "Implement the note repository",
    status: "completed",
    after: ["1.1", "1.2"],
    writes: ["src/notes/repository.ts", "test/notes/**"],
    acceptance: [
      { criterion: "Round trip of a note", command: "npm test -- notes" },
      { criterion: "Deletes are soft" },
    ],
  }),
  task("2.2", {
    subject: "Add full-text search",
    status: "completed",
    after: ["1.2", "1.3"],
    writes: ["src/search/**"],
  }),
  task("2.3", {
    subject: "Import notes from Markdown files",
    status: "failed",
    after: ["1.2", "1.4"],
    writes: ["src/import/**"],
    failedAttempts: 2,
  }),
  task("2.4", {
    subject: "Show relative dates",
    status: "completed",
    after: ["1.5"],
    writes: ["src/ui/date.tsx"],
  }),
  task("3.1", {
    subject: "REST endpoints for notes",
    status: "completed",
    after: ["2.1"],
    writes: ["src/api/**"],
  }),
  task("3.2", { subject: "Import wizard", after: ["2.3"], writes: ["src/ui/import/**"] }),
  task("3.3", { subject: "End-to-end test of the import", after: ["3.2", "3.1"], writes: ["test/e2e/**"] }),
];

const ran: Ran[] = [
  {
    task: "1.1",
    from: 0,
    to: 62,
    report: {
      summary: "Table notes with a soft-delete column; migration 0007 applies and rolls back",
      evidence: checked("npm run db:check", "0007 applied, rolled back, applied"),
      filesChanged: ["src/db/schema.ts", "src/db/migrations/0007_notes.sql"],
      notes: ["Deleted notes keep their row: filter on deleted_at"],
    },
  },
  {
    task: "1.2",
    from: 1,
    to: 41,
    report: {
      summary: "Schema and inferred types for notes",
      evidence: checked("npx tsc --noEmit", "no errors"),
      filesChanged: ["src/types/note.ts"],
    },
  },
  {
    task: "1.3",
    from: 1,
    to: 75,
    report: {
      summary: "Index with German and English stemming",
      evidence: [{ inspected: "query plan uses the index" }],
      filesChanged: ["src/search/index.ts", "src/db/schema.ts"],
      findings: [
        { severity: "medium", file: "src/db/schema.ts", text: "The body column has no length limit." },
        { severity: "low", text: "No seed data for search tests" },
      ],
    },
    widened: ["src/db/schema.ts"],
  },
  {
    task: "1.4",
    from: 2,
    to: 48,
    role: "documentation-writer",
    report: {
      summary: "Guide with two worked examples",
      evidence: [{ criterion: "Examples run", notVerified: "the importer does not exist yet" }],
      filesChanged: ["docs/import.md"],
    },
  },
  { task: "1.5", from: 2, to: 30, outcome: "lost", cause: "the lease ran out without a sign of life" },
  {
    task: "2.3",
    from: 50,
    to: 118,
    outcome: "failed",
    cause: "front matter with nested lists is not parsed",
    report: { outcome: "failed", summary: "12 of 15 fixtures import", filesChanged: ["src/import/parse.ts"] },
  },
  {
    task: "1.5",
    from: 44,
    to: 80,
    role: "refactorer",
    report: {
      summary: "Six copies replaced by one module",
      evidence: checked("npm test -- dates", "31 passed"),
      filesChanged: ["src/dates/index.ts", "src/dates/index.test.ts"],
    },
  },
  {
    task: "2.1",
    from: 64,
    to: 150,
    report: {
      summary: "Repository with create, read, update, soft delete",
      evidence: checked("npm test -- notes", "24 passed"),
      filesChanged: ["src/notes/repository.ts", "test/notes/repository.test.ts"],
      findings: [
        { severity: "high", file: "./src/db/schema.ts", text: "the body column has no length limit" },
      ],
    },
  },
  {
    task: "2.2",
    from: 77,
    to: 171,
    report: {
      summary: "Search with ranking and highlighting",
      evidence: checked("npm test -- search", "17 passed"),
      filesChanged: ["src/search/query.ts", "src/search/query.test.ts"],
    },
  },
  {
    task: "2.4",
    from: 82,
    to: 121,
    report: {
      summary: "Relative dates up to a week, absolute ones after it",
      evidence: checked("npm test -- date", "9 passed"),
      filesChanged: ["src/ui/date.tsx"],
    },
  },
  {
    task: "2.3",
    from: 120,
    to: 190,
    outcome: "failed",
    cause: "three fixtures still fail: the parser drops nested lists",
    report: {
      outcome: "failed",
      summary: "Replaced the splitter, the nested lists remain",
      filesChanged: ["src/import/parse.ts"],
      findings: [
        {
          severity: "high",
          file: "src/import/parse.ts",
          text: "Nested front matter needs a real YAML parser",
        },
      ],
    },
  },
  {
    task: "3.1",
    from: 152,
    to: 231,
    report: {
      summary: "Five endpoints with validation and tests",
      evidence: checked("npm test -- api", "38 passed"),
      filesChanged: ["src/api/notes.ts", "test/api/notes.test.ts"],
    },
  },
];

/** Twelve tasks in one session: one lost and run again, one failed twice, two that could not run because of it. */
export const exampleState = planState(
  tasks,
  ran.map((one, i) => ({ session: "s1", agentId: `agent-${i}`, ...one })),
  { title: "Notes with search and import" },
);

export const exampleEvents = eventsOf(
  {
    type: "plan.created",
    repository: "repository",
    slug: exampleState.plan.slug,
    title: "Notes with search and import",
    source: exampleState.plan.source,
    policy: {},
    document: { spec: "specs/demo/02-specification.md" },
  },
  { type: "batch.launched", session: "s1", inOneMessage: 5, attempts: attempts(1, 2, 3, 4, 5), leftOut: [] },
  { type: "batch.launched", session: "s1", inOneMessage: 1, attempts: attempts(7), leftOut: attempts(6) },
  { type: "batch.launched", session: "s1", inOneMessage: 1, attempts: attempts(6), leftOut: [] },
  {
    type: "write.denied",
    task: id("2.2"),
    attempt: attempts(9)[0] as AttemptId,
    path: "src/db/schema.ts",
    heldBy: "demo/2.1",
  },
  { type: "decision.taken", decision: "retry 2.3", reason: "one failed, the others go on" },
);

export const EXAMPLE_END_MS = START_MS + 240_000;

import { expect, it } from "vitest";
import { writeScopes } from "../../../mcp-server/src/breakdown/file/write-scopes.ts";
import type { TaskId } from "../../../mcp-server/src/graph/task.ts";

const TEXT = `{
  "slug": "shop",
  "tasks": [
    { "id": "1", "subject": "One",   "writes": ["src/1.ts"] },
    { "id": "2", "subject": "Two",   "files": ["src/2.ts"] }
  ]
}
`;

it("suggested scopes are written into the breakdown, and all else is left as it was written", () => {
  const scopes = [{ task: "1" as TaskId, writes: ["src/1.ts", "docs/**"] }];
  const text = writeScopes(TEXT, "03-tasks.json", scopes);
  expect(JSON.parse(text).tasks[0]).toMatchObject({ id: "1", writes: ["src/1.ts", "docs/**"] });
  expect(text.split("\n").filter((line) => line.includes('"2"'))).toEqual([TEXT.split("\n")[4]]);
  expect(writeScopes(text, "03-tasks.json", scopes)).toBe(text);
});

it("a breakdown stays as it is where no scope is suggested", () => {
  expect(writeScopes(TEXT, "03-tasks.json", [{ task: "9" as TaskId, writes: ["x"] }])).toBe(TEXT);
});

it("a breakdown with ids written as numbers keeps them as they are written", () => {
  const text = '{"tasks": [\n  {"id": 1.1, "subject": "One"},\n  {"id": 1.10, "subject": "Ten"}\n]}';
  const written = writeScopes(text, "03-tasks.json", [{ task: "1.10" as TaskId, writes: ["ten.ts"] }]);
  expect(written.split("\n")[1]).toBe('  {"id": 1.1, "subject": "One"},');
  expect(JSON.parse(written).tasks[1]).toMatchObject({ id: "1.10", subject: "Ten", writes: ["ten.ts"] });
});

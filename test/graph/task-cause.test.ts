import { expect, it } from "vitest";
import type { TaskCause, TaskId } from "../../mcp-server/src/graph/task.ts";
import {
  causeOfText,
  causeText,
  causeValue,
  said,
  storedCause,
} from "../../mcp-server/src/graph/task-cause.ts";

const CAUSES: TaskCause[] = [
  { kind: "split", parts: ["1.1a", "1.1b"] as TaskId[] },
  { kind: "alternative", taken: "2" as TaskId },
  { kind: "removed" },
  said("the attempt failed"),
];

it.each(CAUSES)("a cause is read back from what is stored of it: %j", (cause) => {
  expect(storedCause(causeText(cause), causeValue(cause))).toEqual(cause);
});

it.each(CAUSES)("a cause that a server before 1.6 wrote as text alone is understood: %j", (cause) => {
  expect(causeOfText(causeText(cause))).toEqual(cause);
});

it("ids of parts with commas in them stay what they are, which text alone cannot tell", () => {
  const cause: TaskCause = { kind: "split", parts: ["a, b", "c"] as TaskId[] };
  expect(storedCause(causeText(cause), causeValue(cause))).toEqual(cause);
});

it("a text that a server before 1.6 has written since holds against the value beside it", () => {
  expect(storedCause("sent back by a call", { kind: "removed" })).toEqual(said("sent back by a call"));
});

it("a value that only a newer version knows is read as its text", () => {
  expect(storedCause("merged elsewhere", { kind: "merged", into: "3" })).toEqual(said("merged elsewhere"));
});

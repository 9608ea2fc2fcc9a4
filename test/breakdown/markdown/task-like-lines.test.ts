import { describe, expect, it } from "vitest";
import { unreadTasks } from "../../../mcp-server/src/breakdown/file/markdown-file.ts";

const KIRO = "# Implementation Plan\n\n- [ ] 1. Dig\n  - [ ] 1.1 Measure\n  - _Requirements: 1.2_\n";

describe("Markdown that is no breakdown", () => {
  it.each([
    [
      "boxes of Kiro",
      KIRO,
      "2 boxes with a number and no id, as Kiro and OpenSpec write them (lines 3 to 4)",
    ],
    ["plain boxes", "- [ ] Dig\n- [x] Fill\n", "2 boxes without an id (lines 1 to 2)"],
    ["a table", "| ID |\n|---|\n| ST-1 |\n| ST-2 |\n", "2 rows of a table with an id (lines 3 to 4)"],
    ["headings", "# 2 Ponds\n### 1. Dig\n### 2. Fill\n", "2 numbered headings (lines 2 to 3)"],
  ])("Markdown that is no breakdown is refused with what looks like tasks in it: %s", (_what, text, says) => {
    expect(unreadTasks(text, "tasks.md")).toBe(says);
  });

  it("Markdown that is no breakdown is said to hold nothing where nothing looks like several tasks", () => {
    expect(unreadTasks("# Pond\n\n```\n- [ ] Dig\n- [ ] Fill\n```\n- [ ] Plant\n", "a.md")).toBeUndefined();
  });
});

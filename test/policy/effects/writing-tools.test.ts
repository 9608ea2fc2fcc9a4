import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { couldWrite } from "../../../mcp-server/src/policy/effects/writing-tools.ts";

const { hooks } = JSON.parse(readFileSync(new URL("../../../hooks/hooks.json", import.meta.url), "utf8")) as {
  hooks: Record<string, { matcher: string }[]>;
};
/** Of these the hook does more than to look at files. */
const NEEDED = ["Agent", "Task", "TaskStop", "Workflow"];
const OWN = "mcp__plugin_parallel_tasks__task_report";
const READING = ["Glob", "Grep", "Read", "Skill", "TodoWrite", "ToolSearch", "WebFetch", "WebSearch", OWN];
const WRITING = ["Bash", "Edit", "NotebookEdit", "PowerShell", "Write", "mcp__files__write", "ReadAndWrite"];

it.each(["PostToolUse", "PostToolUseFailure"])(
  "%s comes for whatever could write, and not for the tools that read most",
  (event) => {
    const [{ matcher } = { matcher: "" }] = hooks[event] ?? [];
    // The host looks for a match anywhere in the tool's name.
    const comes = (tool: string) => new RegExp(matcher).test(tool);
    expect([...WRITING, ...NEEDED].filter((tool) => !comes(tool))).toEqual([]);
    expect(READING.filter(comes)).toEqual([]);
    expect(WRITING.filter((tool) => !couldWrite(tool))).toEqual([]);
    expect(READING.filter(couldWrite)).toEqual([]);
  },
);

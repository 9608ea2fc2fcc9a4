import { describe, expect, it } from "vitest";
import { readFileBreakdown } from "../../../mcp-server/src/breakdown/file/read-file.ts";
import { processorTimer } from "../../support/processor-time.ts";
import { readText, refusalOf } from "../../support/read-a-file.ts";

describe("readFileBreakdown", () => {
  it("readFileBreakdown knows nothing of Markdown without tasks", async () => {
    expect(
      await readFileBreakdown("# Idea\n\n- [ ] buy milk\n", "specs/x/01-ideation.md", undefined),
    ).toBeUndefined();
  });

  it("readFileBreakdown takes a file that begins like JSON for JSON, whatever it is called", async () => {
    expect((await refusalOf('{"tasks": [', "tasks.md")).message).toContain("not valid JSON");
    expect((await refusalOf("no JSON", "03-tasks.json")).message).toContain(
      "not valid JSON at line 1, column 1",
    );
  });

  it("readFileBreakdown refuses a name of a list for a file that has no lists by name", async () => {
    const error = await refusalOf('{"tasks": [{"id": 1, "subject": "a"}]}', "03-tasks.json", "master");
    expect(error.remedy).toBe("Give the path without #.");
  });

  it("readFileBreakdown reads the title from the front matter, and counts lines from the top of the file", async () => {
    const text = "---\ntitle: Shed\n---\n# Tasks: Other\n- [ ] T001 a\n- [ ] T001 b\n";
    expect((await refusalOf(text, "tasks.md")).message).toContain("in line 5 and line 6");
    expect((await readText(text.replace("T001 b", "T002 b"), "tasks.md")).title).toBe("Shed");
  });

  it("readFileBreakdown reads files with line ends of Windows and a byte order mark", async () => {
    const text = "\uFEFF---\r\ntitle: Shed\r\n---\r\n- [ ] T001 a\r\n- [ ] T002 b\r\n";
    expect(await readText(text, "tasks.md")).toMatchObject({
      title: "Shed",
      tasks: [{ subject: "a" }, { subject: "b" }],
    });
  });

  it.each([
    "---js\n(globalThis.ran = true, {})\n---\n",
    "---javascript\n(globalThis.ran = true, {})\n---\n",
    "--- js \n(globalThis.ran = true, {})\n---\n",
    "---\n!!js/function 'function () { globalThis.ran = true }'\n---\n",
  ])("readFileBreakdown never runs front matter: %j", async (frontMatter) => {
    const error = await refusalOf(`${frontMatter}- [ ] T001 a\n`, "tasks.md");
    expect(error).toMatchObject({
      field: "front matter",
      remedy: expect.stringMatching(/^(?:Write|Correct)/),
    });
    expect(globalThis).not.toHaveProperty("ran");
  });

  it("readFileBreakdown refuses front matter that is not valid, naming it", async () => {
    const error = await refusalOf("---\na: [\n---\n- [ ] T001 a\n", "tasks.md");
    expect(error.message).toContain("its front matter is not valid YAML");
  });

  it.each([
    ["tasks", `- [ ] T001 ${"(depends on T1, ".repeat(20_000)}\n`],
    ["notes", `### Task 1: a\n\n**Files:**\n- Create: ${"`a/b.ts` (".repeat(20_000)}\n`],
    ["order", `- [ ] T001 a\n## Dependencies\n${"- T001 → T001 (depends on T001) → ".repeat(5_000)}\n`],
    ["phases", Array.from({ length: 3_000 }, (_, i) => `## Phase ${i}: a${i}\n- [ ] T${i} b\n`).join("")],
    [
      "headings",
      Array.from({ length: 3_000 }, (_, i) => `### Task ${i}: a\n- Consumes: Task ${i}\n`).join(""),
    ],
    ["files", `### Task 1: a\n\n**Files:**\n- Create: ${"a.".repeat(50_000)}\n`],
    ["steps", `### Task 1: a\n${"- [ ] x\n".repeat(50_000)}`],
    ["quoted code", `### Task 1: a\n**Interfaces:**\n- Consumes: ${"`a".repeat(50_000)}\n`],
    ["numbers", `### Task 1: a\n- Consumes: Task ${"1".repeat(100_000)}!\n`],
    ["dashes", `### Task 1: a\n- Consumes: Task 1${" - 1".repeat(30_000)}!\n`],
  ])("readFileBreakdown takes bounded time for hostile %s", async (_what, text) => {
    const spentMs = processorTimer();
    await readFileBreakdown(text, "plan.md", undefined).catch(() => undefined);
    expect(spentMs()).toBeLessThan(5_000);
  });
});

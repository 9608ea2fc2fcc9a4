import { describe, expect, it } from "vitest";
import { readText } from "../support/read-a-file.ts";

const inferred = async (text: string, file: string) =>
  Object.fromEntries((await readText(text, file)).inferredDependencies);

describe("the order that no words of a file say", () => {
  it("the order that no words of a file say is told apart in tasks.md, where a phase is said to wait", async () => {
    const text = (says: string) => `# Tasks: Pond
## Phase 1: Setup
- [ ] T001 Measure
- [ ] T002 Mark (depends on T001)
## Phase 2: User Story 1
- [ ] T003 [US1] Dig
- [ ] T004 [US1] Fill
## Dependencies
${says}
`;
    const file = "specs/pond/tasks.md";
    expect(await inferred(text(""), file)).toEqual({ T003: ["T002"], T004: ["T003"] });
    expect(await inferred(text("- User Story 1 depends on Phase 1"), file)).toEqual({ T004: ["T003"] });
  });

  it("the order that no words of a file say is told apart in a plan whose tasks name what they consume", async () => {
    const text = `### Task 1: Dig

### Task 2: Fill
**Interfaces:**
- Consumes: \`hole\` from Task 1

### Task 3: Photograph
`;
    expect(await inferred(text, "docs/plans/pond.md")).toEqual({ 3: ["2"] });
  });

  it("the order that no words of a file say is told apart in JSON with phases", async () => {
    const document = {
      phases: [
        { tasks: [{ id: "1", title: "Dig" }] },
        {
          tasks: [
            { id: "2", title: "Fill" },
            { id: "3", title: "Look", dependencies: ["1"] },
          ],
        },
      ],
    };
    expect(await inferred(JSON.stringify(document), "03-tasks.json")).toEqual({ 2: ["1"] });
  });
});

import { describe, expect, it } from "vitest";
import { dependentTogether } from "../../../mcp-server/src/audit/rules/dependent-together.ts";
import { type Agent, found, only, reads, sessionOf, writes } from "../../support/transcript.ts";

const schema: Agent = {
  ...{ id: "a1", name: "Design the schema", from: 10, to: 100, message: "m" },
  does: writes(80, "src/schema.ts"),
};
const client: Agent = {
  ...{ id: "a2", name: "Generate the client", from: 10, to: 100, message: "m" },
  does: reads(20, "src/schema.ts", "missing"),
};

describe("dependent tasks launched together are found", () => {
  it("dependent tasks launched together are found when one looked for a file that the other wrote later", () => {
    expect(found(dependentTogether, sessionOf([schema, client]))).toEqual([
      `Generate the client looked for src/schema.ts before Design the schema, launched in the same message, had written it`,
    ]);
    expect(only(dependentTogether, sessionOf([schema, client])).file).toBe("agent-a2.jsonl");
  });

  it("dependent tasks launched together are found when one read a file that its prompt names before the other wrote it", () => {
    const told = { ...client, prompt: "Generate it from src/schema.ts", does: reads(20, "src/schema.ts") };
    expect(found(dependentTogether, sessionOf([schema, told]))).toHaveLength(1);
  });

  it("dependent tasks launched together are found when the prompt says to wait for the other", () => {
    const told = { ...client, prompt: "Once the schema design is ready, generate the client.", does: [] };
    expect(found(dependentTogether, sessionOf([schema, told]))).toEqual([
      "Generate the client was told Once the schema design is ready, and launched in the same message as Design the schema",
    ]);
  });
});

describe("agents of one message are no finding", () => {
  const others: [string, Agent][] = [
    [
      "when one read a file that the other changed, and nobody had asked for it",
      { ...client, does: reads(20, "src/schema.ts") },
    ],
    [
      "when one read what the other had already written",
      { ...client, prompt: "Use src/schema.ts", does: reads(90, "src/schema.ts") },
    ],
    ["when a missing file came from nobody", { ...client, does: reads(20, "src/nothing.ts", "missing") }],
    [
      "when a prompt waits for something else",
      { ...client, does: [], prompt: "After the tests finish, clean up." },
    ],
    [
      "when the later one was launched after the other's end",
      { ...client, from: 110, to: 200, message: "n", does: reads(120, "src/schema.ts") },
    ],
  ];
  it.each(others)("agents of one message are no finding %s", (_, agent) => {
    expect(found(dependentTogether, sessionOf([schema, agent]))).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { modelChoiceFrom, modelChoiceText } from "../../../mcp-server/src/graph/model/model-choice.ts";
import { chooseModel } from "../../../mcp-server/src/policy/models/choose-model.ts";

const NOTHING = { models: {}, escalate: [] };

describe("the model of a task", () => {
  it("the model of a task is left to the host where nobody chose one", () => {
    expect(chooseModel({ size: "xs" }, "code-writer", NOTHING)).toEqual({});
  });

  it("the model of a task is named by the task, else by its role, its size, or for all, and its effort apart from that", () => {
    const models = { all: "opus high", small: "haiku", "code-writer": "sonnet" };
    const policy = { ...NOTHING, models };
    expect(chooseModel({ size: "large" }, "tester", policy)).toEqual({ model: "opus", effort: "high" });
    expect(chooseModel({ size: "small" }, "tester", policy)).toEqual({ model: "haiku", effort: "high" });
    expect(chooseModel({ size: "small" }, "code-writer", policy)).toEqual({
      model: "sonnet",
      effort: "high",
    });
    expect(chooseModel({ model: "fable", effort: "low" }, "code-writer", policy)).toEqual({
      model: "fable",
      effort: "low",
    });
  });

  it("the model of a task that says inherit is the conversation's, whatever the policy says", () => {
    const policy = { ...NOTHING, models: { all: "haiku low" } };
    expect(chooseModel({ model: "inherit" }, "tester", policy)).toEqual({ effort: "low" });
    expect(chooseModel({ model: "inherit", effort: "inherit" }, "tester", policy)).toEqual({});
  });

  it("the model of a task that failed is one step of escalate for each failure, the last for all further ones", () => {
    const policy = { models: { all: "haiku low" }, escalate: ["sonnet", "opus max"] };
    const after = (failedAttempts: number) => chooseModel({ failedAttempts }, "tester", policy);
    expect([0, 1, 2, 3].map(after)).toEqual([
      { model: "haiku", effort: "low" },
      { model: "sonnet", effort: "low" },
      { model: "opus", effort: "max" },
      { model: "opus", effort: "max" },
    ]);
    expect(chooseModel({ failedAttempts: 1, escalate: ["fable"] }, "tester", policy).model).toBe("fable");
    expect(chooseModel({ failedAttempts: 1, escalate: [] }, "tester", policy).model).toBe("haiku");
  });
});

describe("a choice in words", () => {
  it.each(["haiku", "low", "sonnet high", "inherit"])(
    "a choice in words, %s, is read and said again",
    (words) => {
      expect(modelChoiceText(modelChoiceFrom(words) ?? {})).toBe(words);
    },
  );

  it.each(["", "gpt", "haiku haiku", "haiku sonnet", "low high", "haiku low please", "haiku inherit"])(
    "a choice in words is none where it says %j",
    (words) => expect(modelChoiceFrom(words)).toBeUndefined(),
  );
});

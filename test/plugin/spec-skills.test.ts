import { describe, expect, it } from "vitest";
import { put, repository } from "../support/checkout.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { pluginTexts, skillPages } from "./checkout.ts";

const texts = pluginTexts();
const pages = skillPages();
const bodyOf = (name: string) => texts.find((text) => text.name === name)?.body ?? "";

describe("a command of the specifications", () => {
  const commands = ["parallel:ideate", "spec:create", "spec:decompose", "spec:execute"];

  it.each(commands)(
    "the command %s costs, with the skill that it loads, at most 8,000 characters",
    (command) => {
      const skill = /Load the skill `([^`]+)`/.exec(bodyOf(command))?.[1] ?? "none";
      expect(bodyOf(skill)).not.toBe("");
      const characters = bodyOf(command).length + bodyOf(skill).length;
      console.log(`${command} with ${skill}: ${characters} characters`);
      expect(characters).toBeLessThanOrEqual(8_000);
    },
  );
});

describe("a page of a skill", () => {
  it("a page of a skill that shows a breakdown shows one that the server takes without a word", async () => {
    const page = pages.find(({ path }) => path.endsWith("breakdown.md"));
    const example = /```json\n([\s\S]+?)```/.exec(page?.body ?? "")?.[1] ?? "";
    const folder = await repository();
    put(folder, { "specs/search/03-tasks.draft.json": example });
    const server = await ParallelServer.start(folder);
    const input = { plan: "search", from: "specs/search/03-tasks.draft.json", dryRun: true };
    expect(await server.call("plan_create", input)).toMatchObject({ created: ["1.1"], warnings: [] });
  });
});

describe("the skills for a breakdown", () => {
  it("the skills for a breakdown try it once: whoever wrote it says what the trial found, and nobody repeats it", () => {
    const page = pages.find(({ path }) => path.endsWith("decomposing-specs/breakdown.md"))?.body ?? "";
    expect(page).toMatch(/^5\. Answer with .*`warnings`, `updated`, `removed` of the last trial/m);
    expect(bodyOf("parallel:decomposing-specs")).toMatch(
      /"dryRun":true\}`, unless the agent's last trial found nothing and the draft has not changed since\./,
    );
  });
});

describe("what tells somebody to divide the work of a specification", () => {
  const bodies = [...texts, ...pages];
  it.each([
    ["the page for breakdowns", (path: string) => path.endsWith("decomposing-specs/breakdown.md")],
    ["the skill for specifications", (path: string) => path.endsWith("writing-specs/SKILL.md")],
    ["the planner", (path: string) => path.endsWith("agents/planner.md")],
    ["the skill for plans", (path: string) => path.endsWith("agent-coordination/SKILL.md")],
  ])(
    "what tells somebody to divide the work of a specification leaves reviewing and testing the whole to its execution: %s",
    (_, isIt) => {
      const body = bodies.find(({ path }) => isIt(path))?.body ?? "";
      expect(body).toMatch(/execution (?:does that once|reviews and tests the whole)/);
      expect(body).not.toMatch(/last task that runs the whole test suite/);
    },
  );

  it("what tells somebody to divide the work of a specification is true: its execution runs all tests of a whole that was reviewed", () => {
    const skill = texts.find(({ path }) => path.endsWith("executing-specs/SKILL.md"))?.body ?? "";
    expect(skill).toMatch(/Build and tests: the project's own.*launches `plan-review`.*`integration\.md`/);
  });
});

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

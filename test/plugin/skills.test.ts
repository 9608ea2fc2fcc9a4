import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT, pluginTexts, type Text } from "./checkout.ts";

const texts = pluginTexts();
const commands = texts.filter(({ kind }) => kind === "command");
const skills = texts.filter(({ kind }) => kind === "skill");
const named = (list: Text[]): [string, Text][] => list.map((text) => [text.name, text]);
const folderOf = (skill: Text) => join(CHECKOUT, skill.path, "..");
/** The references of a skill, relative to its folder. */
const filesBeside = (skill: Text) =>
  readdirSync(folderOf(skill), { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".md") && file !== "SKILL.md",
  );
const skillNamed = (name: string) => skills.find((skill) => skill.name === name);

const RECIPES = join(CHECKOUT, "skills", "agent-coordination", "recipes");
const recipes = readdirSync(RECIPES).map((file) => file.slice(0, -3));

/** The texts that lead a model to launching agents; they are read by agents too, who must not. */
const LEADS_AGENTS = [
  "parallel:parallel-execution",
  "parallel:orchestrating-parallel-work",
  "parallel:agent-coordination",
  "parallel:debugging-in-parallel",
  "parallel:executing-specs",
];

/** The skills that a text tells the model to load, and those that they tell it to load. */
function loadedWith(text: Text, found = new Set<Text>()): Set<Text> {
  for (const [, name] of text.body.matchAll(/Load the skill `([^`]+)`/g)) {
    const skill = skillNamed(name ?? "");
    if (skill === undefined || found.has(skill)) continue;
    found.add(skill);
    loadedWith(skill, found);
  }
  return found;
}

/** Sentences that are long enough to say something of their own. */
function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.:;?])\s|\n|\|/)
    .map((sentence) => sentence.replace(/^[-*\d.\s]+/, "").trim())
    .filter((sentence) => sentence.length > 45);
}

describe("a skill", () => {
  it.each(LEADS_AGENTS)("the skill %s stops a subagent in its first lines, and cannot be typed", (name) => {
    const skill = skillNamed(name);
    expect(skill?.body.slice(0, 700)).toMatch(/If you are a subagent, stop reading/);
    expect(skill?.data["user-invocable"]).toBe(false);
  });

  it.each(named(skills))("the skill %s fits on a screen", (_, { body }) => {
    expect(body.split("\n").length).toBeLessThanOrEqual(80);
  });

  it("a skill that leads agents says nothing that another of them says, or a command", () => {
    const leading = skills.filter(({ name }) => LEADS_AGENTS.includes(name));
    const places = new Map<string, string[]>();
    for (const { name, body } of [...leading, ...commands]) {
      for (const sentence of new Set(sentencesOf(body))) {
        places.set(sentence, [...(places.get(sentence) ?? []), name]);
      }
    }
    const twice = [...places].filter(
      ([, names]) => names.length > 1 && names.some((name) => LEADS_AGENTS.includes(name)),
    );
    expect(twice).toEqual([]);
  });

  it.each(named(skills))("the skill %s has no file in its folder that no text leads to", (_, skill) => {
    const files = filesBeside(skill);
    const references = files.map((file) => readFileSync(join(folderOf(skill), file), "utf8"));
    const leading = [skill.body, ...references, ...commands.map(({ body }) => body)].join("\n");
    const isOffered = (file: string) => file.startsWith("recipes/") && recipes.includes(file.slice(8, -3));
    expect(files.filter((file) => !leading.includes(file) && !isOffered(file))).toEqual([]);
  });

  it.each(LEADS_AGENTS)("the skill %s leads to no file that is not in its folder", (name) => {
    const skill = skillNamed(name) as Text;
    const there = filesBeside(skill).map((file) => file.split("/").at(-1));
    const mentioned = [...skill.body.matchAll(/`([\w-]+\.md)`/g)].map(([, file]) => file ?? "");
    // Numbered ones are the documents of a specification.
    expect(mentioned.filter((file) => !/^\d\d-/.test(file) && !there.includes(file))).toEqual([]);
  });
});

describe("whoever wants several agents", () => {
  const ENTRY = "parallel:parallel-execution";
  const listed = [...commands, ...skills];

  it("finds one entry in the listing, and of the ways on from there each says that it is one", () => {
    const offered = listed.filter(({ data }) =>
      /\bagents?\b/.test(String(data.description).replace("Not for subagents.", "")),
    );
    const isOnItsOwn = ({ data }: Text) => !/says so|a specification's tasks/.test(String(data.description));
    expect(offered.filter(isOnItsOwn).map(({ name }) => name)).toEqual([ENTRY]);
    for (const name of [
      "parallel:run",
      "parallel:agent-coordination",
      "parallel:orchestrating-parallel-work",
    ]) {
      const text = listed.find((other) => other.name === name);
      expect(text?.data.description, name).toContain(`${ENTRY} says so`);
      const typed = text?.kind === "command" ? `/${name}` : name;
      expect(skillNamed(ENTRY)?.body, name).toContain(`\`${typed}`);
    }
  });

  it("is told the agents for a burst that need no plan, and those say that they serve one", () => {
    const burst = skillNamed("parallel:orchestrating-parallel-work")?.body ?? "";
    const types = texts.filter(({ kind, name }) => kind === "agent" && burst.includes(`\`${name}\``));
    const serving = texts.filter(
      ({ kind, data }) => kind === "agent" && String(data.description).startsWith("In a plan or a burst: "),
    );
    expect(types.length).toBeGreaterThan(3);
    expect(serving).toEqual(types);
    for (const { name, data, body } of types) {
      expect(String(data.tools), name).not.toMatch(/\b(Write|Edit)\b/);
      expect(body, name).toContain("Without a token you work for no plan");
    }
  });
});

describe("the command for any request", () => {
  const run = commands.find(({ name }) => name === "parallel:run");

  it("the command for any request offers every recipe that there is, at the place where it is", () => {
    const list = run?.body.split("NAME is one of:")[1]?.split("If it cannot be read")[0] ?? "";
    expect([...list.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name).sort()).toEqual(recipes.sort());
    const place = /`\$\{CLAUDE_PLUGIN_ROOT\}\/([^`]*)NAME\.md`/.exec(run?.body ?? "")?.[1] ?? "nowhere";
    for (const recipe of recipes) expect(existsSync(join(CHECKOUT, place, `${recipe}.md`))).toBe(true);
  });
});

describe("a recipe", () => {
  it.each(recipes)(
    "the recipe %s says when, how it is synchronised and what becomes of the results",
    (recipe) => {
      const text = readFileSync(join(RECIPES, `${recipe}.md`), "utf8");
      expect(text).toMatch(/^When: .+/m);
      expect(text).toMatch(/^Synchronisation: .+/m);
      expect(text).toMatch(/^Results: .+/m);
    },
  );
});

describe("what a command costs when it is invoked", () => {
  it.each(named(commands))(
    "the command %s is at most 8,000 characters, with every skill that it loads",
    (name, command) => {
      const loaded = [...loadedWith(command)];
      const characters = [command, ...loaded].reduce((sum, { body }) => sum + body.length, 0);
      console.log(`${name}: ${characters} characters, with ${loaded.length} skills`);
      expect(characters).toBeLessThanOrEqual(8_000);
    },
  );

  it("the listing has at most 1,500 characters for running, looking, debugging and their skills", () => {
    const ours = texts.filter(
      ({ name }) =>
        /^parallel:(run|status|report)$|^debug:/.test(name) ||
        (LEADS_AGENTS.includes(name) && name !== "parallel:executing-specs"),
    );
    expect(ours).toHaveLength(9);
    const characters = ours.reduce((sum, { data }) => sum + String(data.description).length, 0);
    expect(characters).toBeLessThanOrEqual(1_500);
  });
});

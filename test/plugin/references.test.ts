import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT, pluginTexts, TASK_TOOLS, TOOL_PREFIX } from "./checkout.ts";

/** A file of this plugin that may name something else of it. */
interface Page {
  readonly path: string;
  readonly text: string;
}

/** What a model acts on. */
const FOR_MODELS = ["agents", "commands", "skills", "workflows", "evals"];
const FOR_PEOPLE = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs"];

const forModels = FOR_MODELS.flatMap(pagesIn);
const texts = [...forModels, ...FOR_PEOPLE.flatMap(pagesIn)];
/** Answers and prompts of the server name commands and agents too. */
const sources = pagesIn("mcp-server/src");

function pagesIn(place: string): Page[] {
  const path = join(CHECKOUT, place);
  if (!existsSync(path)) return [];
  const files = statSync(path).isFile() ? [place] : filesBelow(path).map((file) => `${place}/${file}`);
  return files
    .filter((file) => /\.(md|js|mjs|ts|yaml)$/.test(file))
    .map((file) => ({ path: file, text: readFileSync(join(CHECKOUT, file), "utf8") }));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
}

/** What is wrong on which page, so that a failure names them all. */
function offences(pages: readonly Page[], find: (page: Page) => Iterable<string>): string[] {
  return pages.flatMap((page) => [...find(page)].map((what) => `${page.path}: ${what}`));
}

function* matchesOf(text: string, pattern: RegExp): Generator<string> {
  for (const match of text.matchAll(pattern)) yield match[1] ?? match[0];
}

const known = pluginTexts();
/** Scripts of the host's engine; it lets them be typed like commands. */
const scripts = readdirSync(join(CHECKOUT, "workflows")).map((file) => `parallel:${basename(file, ".js")}`);
const kinds = new Map<string, string>([
  ...known.map(({ name, kind }) => [name, kind] as const),
  ...scripts.map((name) => [name, "command"] as const),
]);

/** Tools that Claude Code had once; a model that is told to call one has nothing to call. */
const REMOVED_TOOLS =
  /\b(?:TaskOutput|TaskCreate|TaskUpdate|TaskList|TaskGet|TodoWrite|TodoRead|Glob|Grep|LS|MultiEdit|NotebookRead|BashOutput|KillShell|KillBash)\b|\bTask tool\b|\bTask\(/g;

/** Not listed, or an argument of the host's own tools. */
const NOT_LISTED = ["hook", "task_id"];

/** Folders that hardly any user's project has: a path into them is meant as one of ours. */
const OUR_FOLDERS = /^(?:mcp-server|agents|skills|workflows|hooks|bench|evals)\//;

describe("what a text of this plugin names", () => {
  it("texts that name things are looked for wherever there are texts", () => {
    for (const place of ["agents/", "commands/spec/", "skills/", "README.md"]) {
      expect(
        texts.some(({ path }) => path.startsWith(place)),
        place,
      ).toBe(true);
    }
    expect(sources.length).toBeGreaterThan(100);
  });

  it("what a text names after a slash is a command or a skill that exists", () => {
    const slashed = /(?<![\w:.\-/])\/((?:parallel|spec|debug):[a-z][a-z-]+)/g;
    expect(
      offences([...texts, ...sources], ({ text }) =>
        [...matchesOf(text, slashed)].filter((name) => !["command", "skill"].includes(kinds.get(name) ?? "")),
      ),
    ).toEqual([]);
  });

  it("what a text names below one of the three plugins is a command, a skill or an agent that exists", () => {
    const named = /(?<![\w:.\-/])((?:parallel|spec|debug):[a-z][a-z-]+)/g;
    expect(
      offences(texts, ({ text }) =>
        [...matchesOf(text, named)].filter((name) => !kinds.has(name) && name !== "parallel:tasks"),
      ),
    ).toEqual([]);
  });

  it("what a text names as the agent of a task exists", () => {
    const roles = known.flatMap(({ kind, name }) =>
      kind === "agent" ? [name.replace("parallel:", "")] : [],
    );
    const hosts = ["Explore", "Plan", "general-purpose"];
    expect(
      offences(forModels, ({ text }) =>
        [...matchesOf(text, /"agent": ?"([\w:-]+)"/g)].filter((role) => ![...roles, ...hosts].includes(role)),
      ),
    ).toEqual([]);
  });

  it("what a text names is none of the tools that Claude Code has removed", () => {
    const told = sources.filter(({ path }) => /\/(?:tools|hooks|prompts)\//.test(path));
    expect(offences([...texts, ...told], ({ text }) => matchesOf(text, REMOVED_TOOLS))).toEqual([]);
  });

  it("what a text names as a tool of the server is one that it has", () => {
    const tools = /(?:mcp__plugin_parallel_tasks__|`)((?:(?:plan|batch|task)_[a-z]+)|(?<=__)[a-z_]+)\b/g;
    expect(
      offences(texts, ({ text }) =>
        [...matchesOf(text, tools)].filter((tool) => ![...TASK_TOOLS, ...NOT_LISTED].includes(tool)),
      ),
    ).toEqual([]);
  });

  it("what a text names by a link is a file that exists", () => {
    const links = /\]\((?!https?:|mailto:|#)([^)\s#]+)[^)]*\)/g;
    expect(
      offences(texts, ({ path, text }) =>
        [...matchesOf(text, links)].filter(
          (target) => !existsSync(join(CHECKOUT, dirname(path), decodeURI(target))),
        ),
      ),
    ).toEqual([]);
  });

  it("what a text names as a file of this plugin is one that exists", () => {
    const files = /`([\w./-]+\.(?:md|ts|mjs|js|json))`/g;
    expect(
      offences(forModels, ({ text }) =>
        [...matchesOf(text, files)].filter(
          (file) => OUR_FOLDERS.test(file) && !existsSync(join(CHECKOUT, file)),
        ),
      ),
    ).toEqual([]);
  });

  it("what a SKILL.md names without more of a path lies in the skill's folder", () => {
    // A user's files have numbers or capital letters: `03-tasks.md`, `README.md`.
    const own = /`((?:[a-z][a-z-]*\/)?[a-z][a-z-]*\.md)`/g;
    const skills = texts.filter(({ path }) => /^skills\/[^/]+\/SKILL\.md$/.test(path));
    expect(
      offences(skills, ({ path, text }) => {
        const there = filesBelow(join(CHECKOUT, ...path.split("/").slice(0, 2)));
        return [...matchesOf(text, own)].filter(
          (file) => !there.some((name) => name === file || name.endsWith(`/${file}`)),
        );
      }),
    ).toEqual([]);
  });
});

describe("a skill's folder", () => {
  it.each(readdirSync(join(CHECKOUT, "skills")))(
    "the folder of the skill %s holds no page that neither its SKILL.md nor a command names",
    (skill) => {
      const folder = join(CHECKOUT, "skills", skill);
      const readers = pluginTexts().filter(
        ({ name, kind }) => name === `parallel:${skill}` || kind === "command",
      );
      const isNamed = (file: string) => readers.some(({ body }) => body.includes(basename(file)));
      expect(filesBelow(folder).filter((file) => file !== "SKILL.md" && !isNamed(file))).toEqual([]);
    },
  );
});

/** A longer name or text is cut or refused by the host without a word. */
describe("within the host's limits", () => {
  it("every name and every description is within the host's limits", () => {
    for (const { path, name, data } of known) {
      for (const part of name.split(":")) expect(part, path).toMatch(/^[a-z][a-z0-9-]{0,63}$/);
      expect(String(data.description).length, path).toBeLessThanOrEqual(1_024);
    }
  });

  it("every tool of the server with its prefix is within the host's limits", () => {
    for (const tool of TASK_TOOLS) expect(TOOL_PREFIX + tool).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  });

  it("the descriptions together have at most 6,000 characters", () => {
    const sizes = (["command", "skill", "agent"] as const).map((kind) => {
      const own = known.filter((text) => text.kind === kind);
      return {
        kind,
        texts: own.length,
        descriptions: own.reduce((sum, { data }) => sum + String(data.description).length, 0),
        "longest body": Math.max(...own.map(({ body }) => body.length)),
      };
    });
    console.table(sizes);
    expect(sizes.reduce((total, { descriptions }) => total + descriptions, 0)).toBeLessThanOrEqual(6_000);
  });
});

import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Transcripts } from "../../../mcp-server/src/run/project/transcripts.ts";

let folder: string;
let projects: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-transcripts-")));
  projects = join(folder, "projects");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, "{}\n");
  return full;
}

/** A session `s1` of some project, with an agent `a1`. */
function session() {
  put("projects/-other/s0.jsonl");
  return {
    main: put("projects/-home-me-app/s1.jsonl"),
    agent: put("projects/-home-me-app/s1/subagents/agent-a1.jsonl"),
  };
}

describe("a transcript is found", () => {
  it("a transcript is found by its session and its agent, in whatever project they are", async () => {
    const { main, agent } = session();
    const transcripts = new Transcripts(projects);
    expect(await transcripts.ofSession("s1")).toBe(main);
    expect(await transcripts.ofAgent("a1", ["s0", "s1"])).toBe(agent);
    expect(await transcripts.ofSession("s2")).toBeUndefined();
    expect(await transcripts.ofAgent("a2", ["s1"])).toBeUndefined();
  });

  it("a transcript is found of an agent whose session's own is gone", async () => {
    const agent = put("projects/-home-me-app/s1/subagents/agent-a1.jsonl");
    expect(await new Transcripts(projects).ofAgent("a1", ["s1"])).toBe(agent);
  });

  it("a transcript is found where a hook says that it is", async () => {
    session();
    const told = put("projects/-home-me-app/s1/subagents/workflows/w1/agent-a7.jsonl");
    expect(await new Transcripts(projects).ofAgent("a7", ["s1"], told)).toBe(told);
  });

  it("a transcript is found where the folder of transcripts is a link itself", async () => {
    const { main } = session();
    symlinkSync(projects, join(folder, "linked"));
    expect(await new Transcripts(join(folder, "linked")).ofSession("s1")).toBe(main);
  });
});

describe("nothing else is opened:", () => {
  it("nothing else is opened: a file outside, although a hook names it", async () => {
    session();
    const outside = put("elsewhere/agent-a1.jsonl");
    const transcripts = new Transcripts(projects);
    expect(await transcripts.ofAgent("a1", [], outside)).toBeUndefined();
    expect(await transcripts.ofAgent("a1", [], `${projects}/../elsewhere/agent-a1.jsonl`)).toBeUndefined();
    put("projects-of-another/agent-a1.jsonl");
    expect(await transcripts.ofAgent("a1", [], `${projects}-of-another/agent-a1.jsonl`)).toBeUndefined();
  });

  it("nothing else is opened: a link that leads out, of a file or of a folder", async () => {
    session();
    const secret = put("elsewhere/agent-a8.jsonl");
    symlinkSync(secret, join(projects, "-home-me-app/s1/subagents/agent-a8.jsonl"));
    put("elsewhere/s9.jsonl");
    symlinkSync(join(folder, "elsewhere"), join(projects, "-linked"));
    const transcripts = new Transcripts(projects);
    expect(await transcripts.ofAgent("a8", ["s1"])).toBeUndefined();
    expect(await transcripts.ofSession("s9")).toBeUndefined();
    expect(await transcripts.ofAgent("a8", [], join(projects, "-linked/agent-a8.jsonl"))).toBeUndefined();
  });

  it("nothing else is opened: another agent's file, or another file of the folder", async () => {
    const { agent, main } = session();
    const transcripts = new Transcripts(projects);
    expect(await transcripts.ofAgent("a2", [], agent)).toBeUndefined();
    expect(await transcripts.ofAgent("a2", [], main)).toBeUndefined();
  });

  it.each(["../s1", "s1/subagents/agent-a1", "", ".", "s1\0", "a".repeat(65), "*"])(
    "nothing else is opened: what is no name of a session or agent: %j",
    async (name) => {
      session();
      const transcripts = new Transcripts(projects);
      expect(await transcripts.ofSession(name)).toBeUndefined();
      expect(await transcripts.ofAgent(name, ["s1"])).toBeUndefined();
      expect(await transcripts.ofAgent("a1", [name])).toBeUndefined();
    },
  );

  it("nothing else is opened: a folder, and nothing where there are no transcripts at all", async () => {
    session();
    mkdirSync(join(projects, "-home-me-app/s1/subagents/agent-a3.jsonl"));
    expect(await new Transcripts(projects).ofAgent("a3", ["s1"])).toBeUndefined();
    expect(await new Transcripts(join(folder, "nowhere")).ofSession("s1")).toBeUndefined();
  });
});

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AttributedEffect, GitMoved, HeldFilesChanged } from "../../mcp-server/src/graph/effect.ts";
import { git } from "../support/git.ts";
import { answerOf, twoAtWork } from "../support/two-at-work.ts";

/** Two agents at work whose calls begin and end as the host tells of them; the tests are what the calls do. */
async function watchedAgents() {
  const { folder, server, log } = await twoAtWork();
  const said = async (event: string, facts: Readonly<Record<string, string>>) =>
    answerOf(await server.hook({ event, session: "s", cwd: folder, ...facts }));
  return {
    said,
    begins: (agent: string, use: string, tool = "Bash", input: unknown = { command: "sh work.sh" }) =>
      said("PreToolUse", { agent, use, tool, input: JSON.stringify(input) }),
    ends: (agent: string, use: string, tool = "Bash", response: unknown = {}, input: unknown = {}) =>
      said("PostToolUse", {
        ...{ agent, use, tool },
        ...{ response: JSON.stringify(response), input: JSON.stringify(input) },
      }),
    write: (path: string, text: string) => writeFileSync(join(folder, path), text),
    path: (name: string) => join(folder, name),
    effects: () => log("files.changed").map(({ data }) => data as unknown as HeldFilesChanged),
    files: (): readonly AttributedEffect[] =>
      log("files.changed").flatMap(({ data }) => (data as unknown as HeldFilesChanged).files),
    git: (...parameters: string[]) => git(folder, ...parameters),
    moved: () => log("git.moved").map(({ data }) => data as unknown as GitMoved),
    kept: () => {
      const kept = join(folder, ".git/parallel/kept/p");
      return readdirSync(kept).map((name) => readFileSync(join(kept, name), "utf8"));
    },
  };
}

describe("a call that changes what another agent holds", () => {
  it("a call that changes what another agent holds is named, both agents are told, and both versions are kept", async () => {
    const { begins, ends, write, files, kept } = await watchedAgents();
    await begins("agent-2", "own");
    write("src/b/two.ts", "mine\n");
    expect(await ends("agent-2", "own")).toBe("passes");
    await begins("agent-1", "intruder");
    write("src/b/two.ts", "theirs\n");
    const told = await ends("agent-1", "intruder");
    expect(told).toBe(
      "told: Your Bash changed src/b/two.ts, which p/2 holds. Its agent is told and can put it back: write there no more, not even to undo it. If your task needs a change there, report blocked with task_report.",
    );
    expect(files().map(({ by, call }) => [by, call])).toEqual([
      ["own", undefined],
      ["certain", "intruder"],
    ]);
    const toHolder = await begins("agent-2", "next", "Read", { file_path: "x" });
    expect(toHolder).toBe(
      "told: p/1 changed src/b/two.ts with Bash, though only your task may write there. Read what is there now before you go on. What stood there is kept, and you may put it back: parallel-tasks restore p src/b/two.ts --task 2",
    );
    expect(kept()).toEqual(expect.arrayContaining(["mine\n", "theirs\n"]));
  });

  it("a call that changes what another agent holds beside calls of others is named with them", async () => {
    const { begins, ends, write, effects } = await watchedAgents();
    await begins("agent-1", "one");
    await begins("agent-3", "three");
    write("src/b/two.ts", "theirs\n");
    expect(await ends("agent-1", "one")).toContain(
      "src/b/two.ts, which p/2 holds, changed while your Bash and an agent without a task (Bash) ran: one of them wrote it.",
    );
    expect(await begins("agent-2", "next", "Read", { file_path: "x" })).toContain(
      "src/b/two.ts, where only your task may write, changed while p/1 (Bash) and an agent without a task (Bash) ran: one of them wrote it. Read what is there now before you go on.",
    );
    const [{ files, calls } = { files: [], calls: [] }] = effects();
    expect(files.map(({ by }) => by)).toEqual(["uncertain"]);
    expect(calls.map(({ id }) => id).sort()).toEqual(["one", "three"]);
  });

  it("a call of the main conversation that changes what an agent holds is told so", async () => {
    const { begins, ends, write } = await watchedAgents();
    await begins("", "main");
    write("src/b/two.ts", "theirs\n");
    expect(await ends("", "main")).toContain("Your Bash changed src/b/two.ts, which p/2 holds");
  });

  it("a call that left something running is still named when that writes after it", async () => {
    const { begins, ends, said, write, files } = await watchedAgents();
    await begins("agent-1", "one");
    await ends("agent-1", "one", "Bash", { backgroundTaskId: "b1" });
    write("src/b/two.ts", "theirs\n");
    await said("SubagentStop", { agent: "agent-9" });
    expect(files().map(({ by, call }) => [by, call])).toEqual([["certain", "one"]]);
  });
});

describe("a file that an agent was only granted", () => {
  it("a file that an agent was only granted is watched, unless git ignores it", async () => {
    const { begins, ends, write, path, files } = await watchedAgents();
    write(".gitignore", "*.log\n");
    for (const name of ["test.log", "notes.txt"])
      await begins("agent-1", `own-${name}`, "Write", { file_path: path(name), content: "one\n" });
    await begins("agent-1", "waits");
    for (const name of ["test.log", "notes.txt"]) write(name, "one\n");
    for (const call of ["own-test.log", "own-notes.txt", "waits"]) await ends("agent-1", call);
    await begins("agent-2", "intruder");
    for (const name of ["test.log", "notes.txt"]) write(name, "two\n");
    expect(await ends("agent-2", "intruder")).toContain("Your Bash changed notes.txt, which p/1 holds");
    expect(files().map((file) => `${file.path} ${file.by}`)).toEqual([
      "notes.txt own",
      "test.log own",
      "notes.txt certain",
    ]);
  });
});

describe("a change beside a call of the holder", () => {
  it("a change beside a call of the holder is told to the holder where it ends what was written while it works, once", async () => {
    const { begins, ends, write } = await watchedAgents();
    const beside = async (text: string, path = "src/b/two.ts") => {
      await begins("agent-1", `other ${text}`);
      await begins("agent-2", `own ${text}`);
      write(path, text);
      return ends("agent-2", `own ${text}`);
    };
    expect(await beside("first\n")).toBe("passes");
    expect(await beside("second\n")).toContain(
      "src/b/two.ts, where only your task may write, changed while your Bash and p/1 (Bash) ran: one of them wrote it. If you did not do it: read what is there now before you go on. What stood there is kept, and you may put it back: parallel-tasks restore p src/b/two.ts --task 2",
    );
    expect(await beside("third\n")).toBe("passes");
    expect(await beside("new\n", "src/b/new.ts")).toBe("passes");
    expect(await ends("agent-1", "other new\n")).toBe("passes");
  });
});

describe("a note on a changed file", () => {
  it("a note on a changed file comes with the next answer, whatever that is, and before a report is taken", async () => {
    const { begins, ends, write } = await watchedAgents();
    const intrudes = async (text: string) => {
      await begins("agent-1", text);
      write("src/b/two.ts", text);
      await ends("agent-1", text);
    };
    const note = /p\/1 changed src\/b\/two\.ts with Bash, though only your task may write there/;
    await intrudes("first\n");
    const refused = await begins("agent-2", "stash", "Bash", { command: "git stash" });
    expect(refused).toMatch(/^denied: git stash is refused\./);
    expect(refused).toMatch(note);
    await intrudes("second\n");
    const report = () => begins("agent-2", "report", "mcp__plugin_parallel_tasks__task_report");
    expect(await report()).toMatch(/^denied: Look at this first, then report again\. /);
    expect(await report()).not.toMatch(/^denied/);
  });
});

describe("a file tool of the holder", () => {
  it("a file tool of the holder has changed the file, whatever else ran", async () => {
    const { begins, ends, write, path, files } = await watchedAgents();
    const input = { file_path: path("src/b/two.ts"), content: "new\n" };
    await begins("agent-1", "other");
    await begins("agent-2", "own", "Write", input);
    write("src/b/two.ts", "new\n");
    await ends("agent-2", "own", "Write", {}, input);
    expect(files().map(({ by }) => by)).toEqual(["own"]);
  });
});

describe("a call that moves something in git", () => {
  it("a call that moves something in git is named, and the agents at work are told", async () => {
    const watched = await watchedAgents();
    const { begins, ends, moved } = watched;
    await begins("agent-1", "one");
    await watched.git("commit", "--quiet", "--allow-empty", "--message", "x");
    await ends("agent-1", "one");
    expect(moved()).toMatchObject([
      { by: "certain", calls: [{ id: "one" }], moves: [{ what: "branch", how: "commit" }] },
    ]);
    expect(await begins("agent-2", "next", "Read", { file_path: "x" })).toMatch(
      /moved from \w{7} to \w{7} \(commit\) while 1 ran\. Do not undo it/,
    );
  });
});

describe("a change while no call is in flight", () => {
  it("a change while no call is in flight is a person's or another program's, and the holder is told", async () => {
    const { begins, ends, write, files } = await watchedAgents();
    await begins("agent-1", "one");
    await ends("agent-1", "one");
    write("src/b/two.ts", "a person's\n");
    const told = await begins("agent-2", "next", "Edit", { file_path: "src/b/two.ts" });
    expect(files().map(({ by }) => by)).toEqual(["nobody"]);
    expect(told).toContain("A person or another program changed src/b/two.ts, which your task holds.");
    expect(await begins("agent-2", "later", "Read", { file_path: "x" })).toBe("passes");
  });
});

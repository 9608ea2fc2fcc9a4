import {
  chmodSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../bench/seeded-random.ts";
import type { AttributedEffect, GitMoved, HeldFilesChanged } from "../../mcp-server/src/graph/effect.ts";
import { idOfBytes } from "../../mcp-server/src/run/effects/file-content.ts";
import { launchFor, report } from "../support/checkout.ts";
import { git } from "../support/git.ts";
import { answerOf, twoAtWork } from "../support/two-at-work.ts";

/** Two agents at work whose calls begin and end as the host tells of them; the tests are what the calls do. */
async function watchedAgents(guard = "enforce") {
  const { folder, server, launch, log } = await twoAtWork({}, undefined, { PARALLEL_GUARD: guard });
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
    read: (path: string) => readFileSync(join(folder, path), "utf8"),
    path: (name: string) => join(folder, name),
    effects: () => log("files.changed").map(({ data }) => data as unknown as HeldFilesChanged),
    files: (): readonly AttributedEffect[] =>
      log("files.changed").flatMap(({ data }) => (data as unknown as HeldFilesChanged).files),
    reported: async (id: string, given: Parameters<typeof report>[3]) =>
      (await report(server, "p", launchFor(launch, id), given)).note,
    fileLines: async () => {
      const { report: markdown } = await server.call("plan_report", { plan: "p" });
      const [, section = ""] = markdown.split("## Files and scopes\n");
      return (section.split("\n#")[0] ?? "").split("\n").filter((line) => line !== "");
    },
    git: (...parameters: string[]) => git(folder, ...parameters),
    moved: () => log("git.moved").map(({ data }) => data as unknown as GitMoved),
    report: async () => JSON.stringify(await server.call("plan_report", { plan: "p" })),
    kept: () => {
      const kept = join(folder, ".git/parallel/kept/p");
      return readdirSync(kept).map((name) => readFileSync(join(kept, name), "utf8"));
    },
  };
}

describe("a call that changes what another agent holds", () => {
  it("a call that changes what another agent holds is named, both agents are told, and both versions are kept", async () => {
    const { begins, ends, write, files, kept } = await watchedAgents("warn");
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

  it("what stood uncommitted in a held file before its task was claimed is kept before the first call may overwrite it", async () => {
    const { begins, ends, write, kept } = await watchedAgents();
    write("src/b/two.ts", "uncommitted\n");
    await begins("agent-1", "intruder");
    write("src/b/two.ts", "theirs\n");
    await ends("agent-1", "intruder");
    expect(kept()).toEqual(expect.arrayContaining(["uncommitted\n", "theirs\n"]));
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

  it("a call that changes what another agent holds is in the report, and the change is not the holder's", async () => {
    const { begins, ends, write, reported, fileLines } = await watchedAgents();
    await begins("agent-1", "intruder");
    write("src/b/two.ts", "theirs\n");
    await ends("agent-1", "intruder");
    expect(await reported("2", { filesChanged: [] })).toBe(
      "Noted: in your scope but not written by you: src/b/two.ts.",
    );
    expect(await fileLines()).toEqual([
      "- src/b/two.ts of **2** changed while it ran, and **not by it**: by 1",
    ]);
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

const SEED = 20_261_130;
const STEPS = 60;
const PERSON = 0.02;

/** The agent of task 2 has written `mine` into two of its files, and has not committed it. */
async function withUncommittedWork(guard?: string) {
  const agents = await watchedAgents(guard);
  const { begins, ends, write } = agents;
  await begins("agent-2", "own");
  for (const path of ["src/b/two.ts", "src/b/new.sh"]) write(path, "mine\n");
  chmodSync(agents.path("src/b/new.sh"), 0o755);
  await ends("agent-2", "own");
  return {
    ...agents,
    /** What the agent of task 1 is told after a call that does this. */
    intrudes: async (work: () => unknown, use = "intruder") => {
      await begins("agent-1", use);
      await work();
      return ends("agent-1", use);
    },
    last: () => agents.files().at(-1),
  };
}

describe("a call that alone overwrites what another agent has not committed", () => {
  it("a call that alone overwrites what another agent has not committed is undone, both are told, and what it wrote is kept", async () => {
    const { intrudes, begins, write, read, path, last, kept } = await withUncommittedWork();
    const told = await intrudes(() => write("src/b/new.sh", "theirs\n"));
    expect(read("src/b/new.sh")).toBe("mine\n");
    expect(statSync(path("src/b/new.sh")).mode & 0o777).toBe(0o755);
    expect(told).toContain("Your Bash changed src/b/new.sh, which p/2 holds");
    expect(told).toContain("This was undone: what its agent had not committed is there again");
    const toHolder = await begins("agent-2", "next", "Read", { file_path: "x" });
    expect(toHolder).toMatch(
      /p\/1 changed src\/b\/new\.sh with Bash, .*\. This was undone: .*Read what is there now/,
    );
    expect(toHolder).toMatch(/What was put aside is kept; .*: parallel-tasks restore p --content \w{12}$/);
    expect(last()).toMatchObject({ by: "certain", call: "intruder", undone: true });
    expect(kept()).toEqual(expect.arrayContaining(["mine\n", "theirs\n"]));
    expect(readdirSync(path("src/b")).sort()).toEqual(["new.sh", "two.ts"]);
  });

  it("the report says what was undone, of whose work and after whose call", async () => {
    const { intrudes, write, report } = await withUncommittedWork();
    await intrudes(() => write("src/b/two.ts", "theirs\n"));
    expect(await report()).toMatch(
      /p\/1\S* changed \S*src\/b\/two\.ts\S*, which \*\*2\*\* held: \*\*undone at once/,
    );
  });

  it("a call that alone removes what another agent has not committed is undone, folders and all", async () => {
    const { intrudes, read, path, files } = await withUncommittedWork();
    await intrudes(() => rmSync(path("src/b"), { recursive: true }));
    expect([read("src/b/new.sh"), read("src/b/two.ts")]).toEqual(["mine\n", "mine\n"]);
    expect(files().filter(({ undone }) => undone)).toHaveLength(2);
  });

  it("the same change once more is somebody's will, and is told and not undone", async () => {
    const { intrudes, write, read, last } = await withUncommittedWork();
    await intrudes(() => write("src/b/two.ts", "theirs\n"));
    await intrudes(() => write("src/b/two.ts", "theirs\n"), "again");
    expect(read("src/b/two.ts")).toBe("theirs\n");
    expect(last()).toMatchObject({ by: "certain", call: "again" });
    expect(last()).not.toHaveProperty("undone");
  });

  it("a version that is put back during a call is not undone", async () => {
    const { intrudes, begins, ends, write, read } = await withUncommittedWork();
    await begins("agent-2", "own-2");
    write("src/b/two.ts", "newer\n");
    await ends("agent-2", "own-2");
    await intrudes(() => write("src/b/two.ts", "mine\n"));
    expect(read("src/b/two.ts")).toBe("mine\n");
  });

  it("what a call of another has left in a file is not the holder's, and is not put back", async () => {
    const { intrudes, begins, ends, write, read } = await withUncommittedWork();
    await begins("agent-3", "three");
    await intrudes(() => write("src/b/two.ts", "theirs\n"));
    await ends("agent-3", "three");
    await intrudes(() => write("src/b/two.ts", "theirs, later\n"), "later");
    expect(read("src/b/two.ts")).toBe("theirs, later\n");
  });

  it("what was committed is in git, and is not put back", async () => {
    const { intrudes, write, read, last, git: run } = await withUncommittedWork();
    await run("stash", "--include-untracked");
    await intrudes(() => write("data.json", "theirs\n"));
    expect(read("data.json")).toBe("theirs\n");
    expect(last()).toMatchObject({ path: "data.json", by: "certain" });
  });

  it.each(["warn", "off"])("under guard: %s nothing is undone", async (guard) => {
    const { intrudes, write, read } = await withUncommittedWork(guard);
    await intrudes(() => write("src/b/two.ts", "theirs\n"));
    expect(read("src/b/two.ts")).toBe("theirs\n");
  });

  it("a link in the place of a file is not followed, and stays", async () => {
    const { intrudes, path, read } = await withUncommittedWork();
    await intrudes(() => {
      rmSync(path("src/b/two.ts"));
      symlinkSync(path("src/free.ts"), path("src/b/two.ts"));
    });
    expect(readlinkSync(path("src/b/two.ts"))).toBe(path("src/free.ts"));
    expect(read("src/free.ts")).toBe("3\n");
  });
});

it("in random order of calls and writes no version is lost, and nothing of a person's is undone", async () => {
  const { begins, ends, write, read, files, kept } = await withUncommittedWork();
  const random = seededRandom(SEED);
  const open = new Map<string, string>();
  const written = new Set<string>();
  const name = (by: string) => `${by} wrote this, number ${written.size}\n`;
  const put = (text: string) => {
    write("src/b/two.ts", text);
    written.add(text);
  };
  for (let step = 0; step < STEPS; step++) {
    const agent = `agent-${1 + Math.floor(random() * 2)}`;
    const call = open.get(agent);
    if (call === undefined && random() < PERSON && open.size === 0) put(name("a person"));
    else if (call === undefined) {
      open.set(agent, `call-${step}`);
      await begins(agent, `call-${step}`);
    } else {
      if (random() < 0.6) put(name(call));
      open.delete(agent);
      await ends(agent, call);
    }
  }
  for (const [agent, call] of open) await ends(agent, call);
  const bytes = new Map(kept().map((text) => [idOfBytes(Buffer.from(text)), text]));
  const undone = files().filter((file) => file.undone);
  expect(undone.length).toBeGreaterThan(0);
  for (const { call, after } of undone) expect(bytes.get(after)).toContain(`${call} wrote`);
  // Each write was followed by a look before the next one.
  expect([...written].filter((text) => text !== read("src/b/two.ts") && !kept().includes(text))).toEqual([]);
});

describe("a change that is not certain", () => {
  it("a change beside a call of another agent is not undone", async () => {
    const { intrudes, begins, write, read } = await withUncommittedWork();
    await begins("agent-3", "three");
    await intrudes(() => write("src/b/two.ts", "theirs\n"));
    expect(read("src/b/two.ts")).toBe("theirs\n");
  });

  it("a change by what a call left running is not undone while that runs", async () => {
    const { begins, ends, said, write, read, last } = await withUncommittedWork();
    await begins("agent-1", "one");
    await ends("agent-1", "one", "Bash", { backgroundTaskId: "b1" });
    write("src/b/two.ts", "theirs\n");
    await said("SubagentStop", { agent: "agent-9" });
    expect(last()).toMatchObject({ by: "certain", call: "one" });
    expect(read("src/b/two.ts")).toBe("theirs\n");
  });

  it("a person's change is never undone, and while a person is at work nothing is", async () => {
    const { intrudes, begins, write, read } = await withUncommittedWork();
    write("src/b/two.ts", "a person's\n");
    await begins("agent-3", "three");
    expect(read("src/b/two.ts")).toBe("a person's\n");
    await intrudes(() => write("src/b/new.sh", "perhaps a person's\n"));
    expect(read("src/b/new.sh")).toBe("perhaps a person's\n");
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

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readIntrusions, readProject } from "../../bench/intrusions/cases.ts";
import { makeProject } from "../../bench/intrusions/checkout.ts";
import { type Executed, judge } from "../../bench/intrusions/judge.ts";
import { type Plugin, runCase, type Way } from "../../bench/intrusions/run-case.ts";
import { Service } from "../../mcp-server/src/service.ts";
import { runCommand } from "../support/command-line.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Commands by which one agent writes into another's files. They lie beside the repository. */
const CASES = join(import.meta.dirname, "../../../shared/cases/guard");

/** One of each group, as a beginning that no other command of the group has. */
const CHOSEN: Readonly<Record<string, string>> = {
  interpreters: "node --input-type=module",
  editors: "sed -n 'w src/b/two.js'",
  "output options": "sort --output",
  archives: "gzip",
  copying: "mv src/b src/c",
  git: "git merge-file",
  "package managers": "make fmt",
  lists: 'set -- src/b/two.js; rm "$@"',
  variables: "DIR=$(realpath src)",
  redirections: "cat > src/a/run.sh",
  shells: "echo 'echo x > src/b/two.js' | bash",
  folders: "test -d x || cd src/b",
  globs: "rm src/b/t[!x]o.js",
  names: "echo x > src/./b//two.js",
};

const PLUGIN: Plugin = {
  folder: join(import.meta.dirname, "../.."),
  Service,
  runCli: async (checkout, ...parameters) => (await runCommand(checkout, ...parameters)).out,
};

describe.skipIf(!existsSync(CASES))("commands by which one agent writes into another's files", () => {
  const runnerIn = (folder: string) => {
    makeProject(folder, readProject(CASES));
    return (command: string, way: Way) => runCase(PLUGIN, folder, command, way);
  };

  it("of each group a command is refused, or named alone with both told; nothing of the other's is lost", async () => {
    const all = readIntrusions(CASES);
    const run = runnerIn(temporaryFolder());
    const outcomes = [];
    for (const [group, beginning] of Object.entries(CHOSEN)) {
      const [one, another] = all.filter((own) => own.group === group && own.command.startsWith(beginning));
      if (!one || another) throw new Error(`${beginning} begins no command of ${group}, or several`);
      const { verdict, lost, told } = await run(one.command, { holderReports: true, holderRuns: false });
      const what = verdict.kind === "named" ? { suspects: verdict.suspects, told } : {};
      outcomes.push({ group, kind: verdict.kind, ...what, lost });
    }
    const named = { kind: "named", suspects: 1, told: { intruder: true, holder: true }, lost: [] };
    const right = [{ kind: "refused", lost: [] }, { kind: "undone", lost: [] }, named];
    expect(Object.keys(CHOSEN)).toEqual([...new Set(all.map(({ group }) => group))]);
    for (const { group, ...outcome } of outcomes) expect(right, group).toContainEqual(outcome);
    expect(outcomes.filter(({ kind }) => kind !== "refused").length).toBeGreaterThanOrEqual(6);
  });

  it("beside a call of the holder a command is named in a set of two, and nothing is lost", async () => {
    const command = "gzip src/b/two.js";
    const { verdict, lost } = await runnerIn(temporaryFolder())(command, {
      holderReports: false,
      holderRuns: true,
    });
    expect({ verdict, lost }).toEqual({ verdict: { kind: "named", suspects: 2 }, lost: [] });
  });
});

describe("the judgement on a command that was executed", () => {
  const seen = (changes: Partial<Executed>) =>
    judge({
      before: new Map([["a", "mine"]]),
      after: new Map([["a", "theirs"]]),
      heard: new Map([["a", "theirs"]]),
      hasGitMoved: false,
      suspicions: [],
      gitSuspects: undefined,
      reported: [],
      inFlight: ["intruder", "holders-call"],
      ...changes,
    });
  const suspected = (...calls: string[]) => seen({ suspicions: [{ path: "a", by: "uncertain", calls }] });

  it("a set of calls is right that holds the one that did it and none that did not run", () => {
    expect(suspected("intruder", "holders-call")).toEqual({ kind: "named", suspects: 2 });
    expect(suspected("holders-call").kind).toBe("missed");
    expect(suspected("intruder", "ended-before").kind).toBe("missed");
    expect(seen({}).kind).toBe("missed");
    expect(seen({ reported: ["a"] }).kind).toBe("found by report");
  });

  it("a command is undone if all is as before, and missed if one of its files is", () => {
    expect(seen({ heard: new Map([["a", "mine"]]) }).kind).toBe("undone");
    const after = new Map([
      ["a", "theirs"],
      ["b", "new"],
    ]);
    expect(seen({ after, heard: new Map([...after, ["a", "mine"]]) }).kind).toBe("missed");
  });

  it("a move in git is missed unless the command is named", () => {
    const unchanged = new Map([["a", "mine"]]);
    const moved = { after: unchanged, heard: unchanged, hasGitMoved: true };
    expect(seen(moved).kind).toBe("missed");
    expect(seen({ ...moved, gitSuspects: ["intruder"] })).toEqual({ kind: "named", suspects: 1 });
    expect(seen({ ...moved, hasGitMoved: false }).kind).toBe("harmless");
  });
});

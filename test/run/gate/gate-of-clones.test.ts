import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { ApprovedCommands } from "../../../mcp-server/src/run/approval/approved-commands.ts";
import { stopPostgresAfterAll } from "../../store/databases.ts";
import { put, type TaskInput, task } from "../../support/checkout.ts";
import { clones } from "../../support/clones.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { claim, claimNow, read } from "../../support/worktrees.ts";
import { GATE, isolated } from "./gated-plan.ts";

stopPostgresAfterAll();

const SHARED = "refs/parallel/p";
const PATIENCE = { timeout: 120_000, interval: 100 };

/** Two clones that share a plan whose gate notes each commit that it runs on, and waits while it is held. */
async function gatedClones(...tasks: TaskInput[]) {
  const notes = temporaryFolder();
  const [ran, held] = [join(notes, "ran"), join(notes, "held")];
  const gate = `git rev-parse HEAD >> "${ran}"\nwhile [ -e "${held}" ]; do sleep 0.02; done\n[ ! -e red.txt ]\n`;
  const { folders, remote, env } = await clones({ "gate.sh": gate });
  await git(remote, "config", "core.logAllRefUpdates", "always");
  const start = async (folder: string) => {
    const home = temporaryFolder();
    const hostFolder = join(home, ".claude");
    mkdirSync(hostFolder);
    new ApprovedCommands({ hostFolder, root: folder, gitCommonDir: join(folder, ".git") }).add(GATE);
    return ParallelServer.start(folder, { env: { ...env, HOME: home, CLAUDE_CODE_SESSION_ID: "s" } });
  };
  const [one, other] = [await start(folders[0]), await start(folders[1])];
  const policy = { gate: GATE, review: "off", maxParallel: 9 };
  await one.call("plan_create", { plan: "p", tasks: [...tasks, isolated("x"), isolated("y")], policy });
  const tested = () => (existsSync(ran) ? readFileSync(ran, "utf8").trim().split("\n") : []);
  const pushed = async () =>
    (await git(remote, "reflog", "show", "--format=%H", SHARED)).trim().split("\n").reverse();
  const hold = () => writeFileSync(held, "");
  const release = () => rmSync(held);
  /** From now on both take part. */
  const share = async () => [await claimNow(one, "p", "x"), await claimNow(other, "p", "y")];
  return { share, one, other, folders, remote, tested, pushed, hold, release };
}

async function work(server: ParallelServer, id: string, files = { [`${id}.txt`]: `${id}\n` }) {
  const { folder, task, token } = await claimNow(server, "p", id);
  put(folder, files);
  const done = { outcome: "completed", summary: `${task} is done.`, evidence: [{ inspected: "it" }] };
  await server.call("task_report", { task, token, ...done });
}

async function completes(server: ParallelServer, ...ids: string[]) {
  await vi.waitFor(async () => {
    await claim(server, "p", "x");
    const { tasks } = await server.call("task_list", { plan: "p" });
    const status = new Map(tasks.map(({ task, status }) => [task.replace(/^p\//, ""), status]));
    expect(ids.map((id) => status.get(id))).toEqual(ids.map(() => "completed"));
  }, PATIENCE);
}

it("when somebody else was faster, what comes of both is tested before it is pushed", async () => {
  const { share, one, folders, remote, tested, pushed, hold, release } = await gatedClones(
    isolated("a"),
    isolated("b"),
  );
  await share();
  await work(one, "a");
  await completes(one, "a");
  const before = tested().length;
  hold();
  await work(one, "b");
  await vi.waitFor(() => expect(tested().length).toBeGreaterThan(before), PATIENCE);
  const [folder] = folders;
  await git(folder, "fetch", "--quiet", "origin", SHARED);
  const tree = (await git(folder, "rev-parse", "FETCH_HEAD^{tree}")).trim();
  const faster = (await git(folder, "commit-tree", tree, "-p", "FETCH_HEAD", "-m", "faster")).trim();
  await git(folder, "push", "--quiet", "origin", `${faster}:${SHARED}`);
  release();
  await completes(one, "b");
  const byServers = (await pushed()).filter((commit) => commit !== faster);
  for (const commit of byServers) expect(tested()).toContain(commit);
  expect(await git(remote, "merge-base", "--is-ancestor", faster, SHARED)).toBe("");
  expect(await git(remote, "ls-tree", "--name-only", SHARED)).toBe("README.md\na.txt\nb.txt\ngate.sh\n");
});

it("what was done in a checkout before others took part comes onto the branch when the gate has passed it", async () => {
  const after = isolated("after", { dependencies: ["early"] });
  const { share, one, other, folders, tested, pushed } = await gatedClones(task("early"), after);
  const { task: name, token } = await claimNow(one, "p", "early");
  put(folders[0], { "src/early.ts": "export {};\n" });
  const done = { outcome: "completed", summary: "Done.", filesChanged: ["src/early.ts"] };
  await one.call("task_report", { task: name, token, ...done, evidence: [{ inspected: "it" }] });
  await share();
  await vi.waitFor(async () => {
    await claim(one, "p", "x");
    const claimed = await claim(other, "p", "after");
    expect(read(claimed?.folder ?? "", "src/early.ts")).toBe("export {};\n");
  }, PATIENCE);
  const commits = await pushed();
  expect(commits.length).toBeGreaterThan(0);
  for (const commit of commits) expect(tested()).toContain(commit);
});

it("what two clones did apart is joined by a commit that the gate has passed", async () => {
  const { share, one, other, folders, remote, tested, pushed } = await gatedClones(
    isolated("a"),
    isolated("b"),
  );
  await share();
  await work(one, "a");
  await completes(one, "a");
  const [, folder] = folders;
  const tree = (await git(folder, "rev-parse", "HEAD^{tree}")).trim();
  const apart = (await git(folder, "commit-tree", tree, "-p", "HEAD", "-m", "apart")).trim();
  await git(folder, "update-ref", "refs/heads/parallel/p", apart);
  await work(other, "b");
  await completes(other, "b");
  for (const commit of await pushed()) expect(tested()).toContain(commit);
  expect(await git(remote, "merge-base", "--is-ancestor", apart, SHARED)).toBe("");
  expect(await git(remote, "ls-tree", "--name-only", SHARED)).toBe("README.md\na.txt\nb.txt\ngate.sh\n");
});

it("what is red when it is joined comes onto no branch, and the plan waits for the user", async () => {
  const { share, one, other, folders, pushed } = await gatedClones(isolated("a"), isolated("b"));
  await share();
  await work(one, "a");
  await completes(one, "a");
  const before = await pushed();
  const [, folder] = folders;
  put(folder, { "red.txt": "red\n" });
  await git(folder, "add", "red.txt");
  const tree = (await git(folder, "write-tree")).trim();
  await git(folder, "rm", "--quiet", "--force", "red.txt");
  const apart = (await git(folder, "commit-tree", tree, "-p", "HEAD", "-m", "apart")).trim();
  await git(folder, "update-ref", "refs/heads/parallel/p", apart);
  await work(other, "b");
  await vi.waitFor(async () => {
    const { report } = await other.call("plan_report", { plan: "p" });
    expect(report).toContain("the gate is red on what several clones did, joined");
  }, PATIENCE);
  expect(await pushed()).toEqual(before);
});

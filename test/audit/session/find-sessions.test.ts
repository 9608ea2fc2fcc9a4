import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findSessions } from "../../../mcp-server/src/audit/session/find-sessions.ts";

let folder: string;
let project: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-audit-")));
  project = join(folder, "my_app.v2");
  mkdirSync(join(project, "src"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, secondsAgo = 0): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, "{}\n");
  const at = 1_700_000_000 - secondsAgo;
  utimesSync(full, at, at);
  return full;
}

/** The host's name for the project's transcripts. */
function own(): string {
  return project.replace(/[^a-zA-Z0-9]/g, "-");
}

async function names(asked?: string, directory = project, env: NodeJS.ProcessEnv = { HOME: folder }) {
  return (await findSessions(asked, { directory, env })).map(({ path }) => basename(path, ".jsonl"));
}

it("the search for sessions finds those of the project, the newest first, without agents", async () => {
  put(`.claude/projects/${own()}/old.jsonl`, 100);
  put(`.claude/projects/${own()}/new.jsonl`, 1);
  put(`.claude/projects/${own()}/agent-a1.jsonl`);
  put(`.claude/projects/${own()}/new/subagents/agent-a2.jsonl`);
  put(".claude/projects/-elsewhere/other.jsonl");
  expect(await names()).toEqual(["new", "old"]);
  expect(await names(undefined, join(project, "src"))).toEqual(["new", "old"]);
});

it("the search for sessions leaves out another folder that has the same name among the host's", async () => {
  const other = project.replaceAll("_", "-");
  const file = put(`.claude/projects/${own()}/theirs.jsonl`, 5);
  writeFileSync(file, `{"type":"summary"}\n{"type":"user","cwd":${JSON.stringify(other)}}\n`);
  await expect(names()).rejects.toThrow(/no transcripts of this project/);
  const mine = put(`.claude/projects/${own()}/mine.jsonl`, 10);
  writeFileSync(mine, `{"type":"user","cwd":${JSON.stringify(project)}}\n`);
  expect(await names()).toEqual(["mine"]);
  expect(await names(undefined, join(project, "src"))).toEqual(["mine"]);
});

it("the search for sessions looks no higher than the repository: what lies above it are other projects", async () => {
  put(`.claude/projects/${dirname(project).replace(/[^a-zA-Z0-9]/g, "-")}/above.jsonl`);
  expect(await names()).toEqual(["above"]);
  mkdirSync(join(project, ".git"));
  await expect(names(undefined, join(project, "src"))).rejects.toThrow(/no transcripts of this project/);
});

it("the search for sessions looks below the configured folder", async () => {
  put(`config/projects/${own()}/there.jsonl`);
  expect(
    await names(undefined, project, { HOME: folder, CLAUDE_CONFIG_DIR: join(folder, "config") }),
  ).toEqual(["there"]);
});

it("the search for sessions takes a transcript, a folder with folders, and a session by the beginning of its id", async () => {
  const path = put("copies/deep/er/11112222-aaaa.jsonl");
  put(`.claude/projects/${own()}/33334444-bbbb.jsonl`);
  expect(await names(path)).toEqual(["11112222-aaaa"]);
  expect(await names(join(folder, "copies"))).toEqual(["11112222-aaaa"]);
  expect(await names("33334444")).toEqual(["33334444-bbbb"]);
});

it("the search for sessions does not follow links out of a folder", async () => {
  const secret = put("secret/s.jsonl");
  put("copies/own.jsonl");
  symlinkSync(dirname(secret), join(folder, "copies", "link"));
  symlinkSync(secret, join(folder, "copies", "link.jsonl"));
  expect(await names(join(folder, "copies"))).toEqual(["own"]);
});

it("the search for sessions says what is missing and what to give instead", async () => {
  await expect(names()).rejects.toThrow(/no transcripts of this project/);
  await expect(names("12345678")).rejects.toThrow(/no session, transcript or folder "12345678"/);
  await expect(names("no/such/file.jsonl")).rejects.toThrow(/no session, transcript or folder/);
  await expect(names(project)).rejects.toThrow(/no transcripts of sessions in/);
  await expect(names(put("x/agent-a1.jsonl"))).rejects.toThrow(/transcript of an agent/);
});

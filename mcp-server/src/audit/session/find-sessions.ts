import { type Dirent, existsSync, realpathSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import { projectsFolder } from "../../host/transcripts/projects-folder.ts";
import { readLines, SMALL_CHUNK_BYTES } from "../../host/transcripts/read-lines.ts";
import { stringOf } from "../../host/transcripts/transcript-record.ts";
import { transcriptPath, transcriptPathKey } from "../conversation/transcript-path.ts";

/** The transcript of a session's main conversation. */
export interface SessionFile {
  readonly path: string;
  /** When it was last written. */
  readonly changedMs: number;
}

/** The host names folders of transcripts by the project's path, and cuts long names. */
const PROJECT_NAME_LIMIT = 200;
const MAX_DEPTH = 12;
/** Below a session's folder lie its agents; below a project's also what it remembers. */
const NOT_SESSIONS = new Set(["subagents", "tool-results", "workflows", "memory"]);
const AGENT = /^agent-[\w-]+\.jsonl$/;
/** The working directory of a record, as JSON writes it. */
const DIRECTORY = /"cwd":("(?:[^"\\]|\\.)*")/;
const LOOKED_AT_LINES = 200;
const SESSION_ID = /^[\w-]{4,64}$/;

/**
 * The sessions that somebody asks for: a transcript, a folder with transcripts below it, a session by its id
 * or the beginning of it, or by default all sessions of the current project. The newest come first.
 * @throws CallerError when there are none
 */
export async function findSessions(
  asked: string | undefined,
  { directory, env }: { readonly directory: string; readonly env: NodeJS.ProcessEnv },
): Promise<SessionFile[]> {
  const projects = projectsFolder(env);
  if (asked === undefined) return newestFirst(await ofProject(projects, directory));
  const path = resolve(directory, asked);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return newestFirst(await inFolder(path));
  if (found?.isFile() && AGENT.test(basename(path))) {
    throw new CallerError(
      "bad_input",
      `${JSON.stringify(basename(path))} is the transcript of an agent.`,
      "Give the transcript of its session: the agent is judged with it.",
      "session",
    );
  }
  if (found?.isFile()) return [{ path: await realpath(path), changedMs: found.mtimeMs }];
  if (SESSION_ID.test(asked)) return newestFirst(await byId(projects, asked));
  throw new CallerError(
    "bad_input",
    `There is no session, transcript or folder ${JSON.stringify(asked.slice(0, 200))}.`,
    "Give the path of a transcript (.jsonl), of a folder with transcripts, or the id of a session.",
    "session",
  );
}

async function ofProject(projects: string, directory: string): Promise<SessionFile[]> {
  const names = await readdir(projects).catch(() => []);
  for (const folder of selfAndParents(directory)) {
    const name = folder.replace(/[^a-zA-Z0-9]/g, "-");
    const matches = names.filter((candidate) =>
      name.length <= PROJECT_NAME_LIMIT
        ? candidate === name
        : candidate.startsWith(name.slice(0, PROJECT_NAME_LIMIT)),
    );
    const found = await Promise.all(matches.map((match) => below(join(projects, match))));
    const own = await keepOwn(found.flat(), folder);
    if (own.length > 0) return own;
  }
  throw new CallerError(
    "bad_input",
    `There are no transcripts of this project below ${projects}.`,
    "Run it in a project in which Claude Code has been used, or name a transcript, a folder with transcripts or a session.",
  );
}

/**
 * The host names the real path. A session may have been started above the current folder, but no higher than the
 * repository that it lies in: what is above that are other projects.
 */
function selfAndParents(directory: string): string[] {
  const folders: string[] = [];
  for (let folder = realpathSync(directory); ; folder = dirname(folder)) {
    // Nobody's sessions in the root or in the home are about the project below.
    if (folder === dirname(folder) || folder === homedir()) return folders;
    folders.push(folder);
    if (existsSync(join(folder, ".git"))) return folders;
  }
}

/**
 * Different paths have the same name among the host's folders (`my_app`, `my-app`): only sessions are kept that were
 * started in this one, or that do not say where.
 */
async function keepOwn(files: readonly SessionFile[], folder: string): Promise<SessionFile[]> {
  const own = transcriptPathKey(transcriptPath(folder, "") ?? folder);
  const kept: SessionFile[] = [];
  // One after another: a project may have thousands of sessions.
  for (const file of files) {
    const directory = await startDirectory(file.path);
    const isOwn =
      directory === undefined || transcriptPathKey(transcriptPath(directory, "") ?? directory) === own;
    if (isOwn) kept.push(file);
  }
  return kept;
}

/** Where a session was started; `undefined` where its first records do not say it. */
async function startDirectory(file: string): Promise<string | undefined> {
  try {
    for await (const { number, bytes } of readLines(file, SMALL_CHUNK_BYTES)) {
      const directory = bytes === undefined ? undefined : DIRECTORY.exec(bytes.toString("latin1"))?.[1];
      if (directory !== undefined)
        return stringOf(JSON.parse(Buffer.from(directory, "latin1").toString("utf8")));
      if (number >= LOOKED_AT_LINES) break;
    }
  } catch (error) {
    // Who reads it next says that it cannot be read; a line that is no JSON says nothing.
    if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
  }
  return undefined;
}

async function inFolder(folder: string): Promise<SessionFile[]> {
  const found = await below(folder);
  if (found.length > 0) return found;
  throw new CallerError(
    "bad_input",
    `There are no transcripts of sessions in ${JSON.stringify(folder)}.`,
    "Give a folder that holds transcripts (.jsonl), such as one below the host's projects folder.",
    "session",
  );
}

async function byId(projects: string, id: string): Promise<SessionFile[]> {
  const all = await below(projects);
  const found = all.filter(({ path }) => basename(path).startsWith(id));
  if (found.length > 0) return found;
  throw new CallerError(
    "bad_input",
    `There is no session, transcript or folder ${JSON.stringify(id)}.`,
    `Give the path of a transcript (.jsonl), of a folder with transcripts, or the id of a session below ${projects}.`,
    "session",
  );
}

/** Symbolic links are not followed: a folder of transcripts may come from anywhere. */
async function below(folder: string, depth = MAX_DEPTH): Promise<SessionFile[]> {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry): Promise<SessionFile[]> => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return depth === 0 || NOT_SESSIONS.has(entry.name) ? [] : below(path, depth - 1);
      }
      if (!entry.isFile() || !entry.name.endsWith(".jsonl") || entry.name.startsWith("agent-")) return [];
      return [{ path, changedMs: (await stat(path)).mtimeMs }];
    }),
  );
  return found.flat();
}

function newestFirst(files: SessionFile[]): SessionFile[] {
  return files.sort((a, b) => b.changedMs - a.changedMs || a.path.localeCompare(b.path));
}

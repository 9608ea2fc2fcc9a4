import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { projectsFolder } from "../../host/transcripts/projects-folder.ts";

/** Sessions and agents as the host names them; anything else could lead elsewhere. */
const NAME = /^[\w-]{1,64}$/;

/**
 * The transcripts of this user's sessions. Names and paths come from hooks and from the graph and are data: only
 * regular files below the host's own folder are found, whatever links lead there.
 */
export class Transcripts {
  readonly #folders = new Map<string, string>();

  /** @param projects the host's folder of transcripts; it need not exist. */
  constructor(private readonly projects: string) {}

  /** Where the host keeps them for this user. */
  static ofUser(env: NodeJS.ProcessEnv): Transcripts {
    return new Transcripts(projectsFolder(env));
  }

  /** The transcript of a session's main conversation. */
  async ofSession(session: string): Promise<string | undefined> {
    const folder = await this.#folderOf(session);
    return folder === undefined ? undefined : this.#own(join(folder, `${session}.jsonl`));
  }

  /**
   * The transcript of an agent, which is a session's where it is a process of its own.
   * @param sessions those that may have launched it.
   * @param told where a hook says that it is.
   */
  async ofAgent(agentId: string, sessions: readonly string[], told = ""): Promise<string | undefined> {
    if (!NAME.test(agentId)) return undefined;
    const name = `agent-${agentId}.jsonl`;
    const toldPath = basename(told) === name ? await this.#own(told) : undefined;
    if (toldPath !== undefined) return toldPath;
    for (const session of sessions) {
      const folder = await this.#folderOf(session);
      const found = folder && (await this.#own(join(folder, session, "subagents", name)));
      if (found) return found;
    }
    return this.ofSession(agentId);
  }

  /** The project's folder in which the session is; a project moves, a session's folder does not. */
  async #folderOf(session: string): Promise<string | undefined> {
    if (!NAME.test(session)) return undefined;
    const known = this.#folders.get(session);
    if (known !== undefined) return known;
    for (const name of await readdir(this.projects).catch(() => [])) {
      const folder = join(this.projects, name);
      if ((await isThere(join(folder, `${session}.jsonl`))) || (await isThere(join(folder, session)))) {
        this.#folders.set(session, folder);
        return folder;
      }
    }
    return undefined;
  }

  /** The file's real path, if it is below the folder of transcripts. */
  async #own(path: string): Promise<string | undefined> {
    try {
      const [root, real] = await Promise.all([realpath(this.projects), realpath(path)]);
      return real.startsWith(root + sep) && (await stat(real)).isFile() ? real : undefined;
    } catch {
      return undefined;
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

import { homedir } from "node:os";
import { join } from "node:path";

/** Where Claude Code keeps the transcripts of this user's sessions, a folder for each project. */
export function projectsFolder(env: NodeJS.ProcessEnv): string {
  return join(env.CLAUDE_CONFIG_DIR || join(env.HOME || homedir(), ".claude"), "projects");
}

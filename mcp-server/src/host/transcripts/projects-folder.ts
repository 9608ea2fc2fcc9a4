import { join } from "node:path";
import { hostFolder } from "../folders.ts";

/** Where Claude Code keeps the transcripts of this user's sessions, a folder for each project. */
export function projectsFolder(env: NodeJS.ProcessEnv): string {
  return join(hostFolder(env), "projects");
}

import { homedir } from "node:os";
import { join } from "node:path";

/** Claude Code's folder of this user. */
export function hostFolder(env: NodeJS.ProcessEnv): string {
  return env.CLAUDE_CONFIG_DIR || join(env.HOME || homedir(), ".claude");
}

/** Where the administrator of this machine puts what holds for all users. The folders are Claude Code's documented ones. */
export function managedFolder(): string {
  if (process.platform === "darwin") return "/Library/Application Support/ClaudeCode";
  if (process.platform === "win32") return "C:\\Program Files\\ClaudeCode";
  return "/etc/claude-code";
}

/** Where Claude Code keeps its agents' worktrees, in the checkout; those of other clients lie beside them. */
export const WORKTREE_FOLDER = ".claude/worktrees";

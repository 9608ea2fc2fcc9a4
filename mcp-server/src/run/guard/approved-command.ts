import { realpathSync } from "node:fs";
import type { AgentCall } from "./agent-call.ts";

/**
 * Whether a shell command is, word for word, one by which the agent's own task is accepted and which the user has
 * approved, in the folder for which he did: the top level of the checkout, the folder of the session, or the agent's
 * worktree.
 * @param directory where the agent's tools run; empty if the host does not say.
 */
export async function isApprovedCommand(
  { ctx, standing, isAtWork }: AgentCall,
  command: string,
  directory: string,
): Promise<boolean> {
  const { own, plan, worktree } = standing;
  const text = command.trim();
  const accepts = plan.graph.tasks.get(own.claim.task)?.acceptance ?? [];
  if (!isAtWork || !accepts.some((criterion) => criterion.command?.trim() === text)) return false;
  const places = own.claim.isolation === "worktree" ? [worktree] : [ctx.checkout.root, ctx.directory];
  return places.includes(realPath(directory)) && ctx.commands.approved.has(text);
}

function realPath(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}

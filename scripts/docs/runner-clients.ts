import { CLIENTS } from "../../mcp-server/src/clients/index.ts";
import { markdownTable } from "./markdown-table.ts";

/** What `parallel run` can start, and what the agents may do. */
export function runnerClients(): string {
  const rows = CLIENTS.map(({ name, programs, hasHooks, permissions }) => [
    `\`${name}\``,
    programs.map((program) => `\`${program}\``).join(", "),
    hasHooks ? "the checkout, or a worktree of its own" : "a worktree of its own only",
    permissions,
  ]);
  return markdownTable(["client", "program", "works in", "may without asking"], rows);
}

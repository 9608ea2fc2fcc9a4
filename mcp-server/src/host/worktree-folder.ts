/** Where Claude Code keeps its agents' worktrees, in the checkout; those of other clients lie beside them. */
export const WORKTREE_FOLDER = ".claude/worktrees";

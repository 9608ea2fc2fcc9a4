/** What a conversation of Claude Code says of itself to what it starts; an agent of a runner is none of its. */
const OF_A_SESSION =
  /^(?:CLAUDECODE|CLAUDE_PID|CLAUDE_PROJECT_DIR|CLAUDE_PLUGIN_\w+|CLAUDE_ENV_FILE|CLAUDE_EFFORT|CLAUDE_CODE_(?:ENTRYPOINT|SESSION_\w+|SSE_PORT|EXECPATH|CHILD_SESSION|AGENT_\w+|REMOTE_SESSION_ID))$/;
/** Neither is it an agent of another runner, nor does it work in another one's worktree. */
const OF_A_RUNNER = /^PARALLEL_(?:ATTEMPT_TOKEN|CHECKOUT|RUNNER|WORKER|PORT)$/;

/** The environment of the runner, as far as its agents get it. */
export function agentEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !OF_A_SESSION.test(name) && !OF_A_RUNNER.test(name));
  return Object.fromEntries(kept);
}

import { createHash } from "node:crypto";
import { type RunContext, WORKER_VARIABLE } from "../project/run-context.ts";

/** What a runner tells the servers of an agent that it starts, by the agent's environment. */
export interface StartedByRunner {
  /** Of the attempt that the agent works at. */
  readonly token: string;
  /** The process that answers for the agent's claims. */
  readonly runnerPid: number;
  /** A folder of the checkout whose plan it is: the agent itself may work in a worktree of that. */
  readonly directory: string;
}

/** The process that answers for the claims of its agents. */
interface Runner {
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
}

const TOKEN = "PARALLEL_ATTEMPT_TOKEN";
const DIRECTORY = "PARALLEL_CHECKOUT";
/** Whatever a runner has started carries its mark here, as does what that starts. */
export const RUNNER_VARIABLE = "PARALLEL_RUNNER";
/** What of a runner's variables an agent's server has to be given. */
export const RUNNER_VARIABLES = [TOKEN, DIRECTORY, RUNNER_VARIABLE, WORKER_VARIABLE] as const;

/** The variables by which `startedByRunner` knows an agent. */
export function variablesFor(
  { owner, directory, isOfWorker }: Pick<RunContext, "owner" | "directory" | "isOfWorker">,
  token: string,
): Record<string, string> {
  return {
    ...{ [TOKEN]: token, [DIRECTORY]: directory, [RUNNER_VARIABLE]: markOfRunner(owner) },
    ...(isOfWorker && { [WORKER_VARIABLE]: "1" }),
  };
}

/** Undefined for a process that no runner has started for a task. */
export function startedByRunner(env: NodeJS.ProcessEnv): StartedByRunner | undefined {
  const { [TOKEN]: token, [DIRECTORY]: directory, [RUNNER_VARIABLE]: mark } = env;
  const runnerPid = Number.parseInt(mark ?? "", 10);
  return token && directory && runnerPid > 0 ? { token, runnerPid, directory } : undefined;
}

/** What only the processes carry that this runner has started: its number alone is given to others after its end. */
export function markOfRunner({ host, pid, startedAt }: Runner): string {
  return `${pid}-${createHash("sha256").update(`${host} ${startedAt}`).digest("hex").slice(0, 16)}`;
}

import type { CallToolResult } from "@modelcontextprotocol/server";
import { CallerError } from "../../errors/caller-error.ts";
import type { McpClient } from "../../policy/client.ts";
import type { RunContext } from "../../run/project/run-context.ts";
import { lookAtWait, type WaitBeside, waitOf } from "../../run/reporting/wait-beside.ts";
import { answerFor } from "./answer-form.ts";

/** Instead of an answer: the client waits for it beside its conversation. */
export interface Waits {
  readonly wait: WaitBeside;
}

/** A client looks so long before it asks again by itself. */
const HOLD_MS = 45_000;
const POLL_MS = 1_000;
/** For as long as somebody may take to decide. */
const TTL_MS = 30 * 24 * 3_600_000;

/** A wait in the form of the protocol's extension for tasks, as the answer to the call that began it. */
export function taskFor({ wait }: Waits): CallToolResult {
  const task = { resultType: "task", ...taskOf(wait, "working", `${wait.plan}: waiting`) };
  // The SDK knows this kind of result on the wire only.
  return task as unknown as CallToolResult;
}

/**
 * How a wait stands. What cannot be waited for has failed: a client would ask for an unknown one for ever.
 * @param open waits by plan, of which one that has ended is taken out.
 */
export async function taskNow(
  run: RunContext,
  open: Map<string, string>,
  client: McpClient,
  taskId: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const wait = waitOf(taskId);
  if (!wait) return { ...failed(taskId, "There is no such task.") };
  try {
    const { isOver, words } = await lookAtWait(run, wait, HOLD_MS, signal);
    if (!isOver) {
      // It may have been begun by a server before this one.
      open.set(wait.plan, taskId);
      return taskOf(wait, "working", words);
    }
    open.delete(wait.plan);
    const next = `Call batch_collect {plan: "${wait.plan}", launch: true}: what was waited for has come.`;
    return {
      ...taskOf(wait, "completed", words),
      result: answerFor(client, { data: { plan: wait.plan, next } }),
    };
  } catch (error) {
    if (error instanceof CallerError) return failed(taskId, error.message);
    throw error;
  }
}

function taskOf({ id, begunMs }: Pick<WaitBeside, "id" | "begunMs">, status: string, statusMessage: string) {
  return {
    taskId: id,
    status,
    statusMessage,
    createdAt: new Date(begunMs).toISOString(),
    lastUpdatedAt: new Date().toISOString(),
    ttlMs: TTL_MS,
    pollIntervalMs: POLL_MS,
  };
}

function failed(id: string, message: string) {
  return { ...taskOf({ id, begunMs: 0 }, "failed", message), error: { code: -32_602, message } };
}

import { open } from "node:fs/promises";
import * as z from "zod";
import { taskNotificationsIn } from "../task-notification.ts";

/** What had ended before it was first asked for is of no interest, but for what ended just then. In bytes. */
const FIRST_BYTES = 64 * 1024;
/** Of more that was added between two questions only the end is read, in bytes. */
const MAX_BYTES = 8 * 1024 * 1024;
const NEWLINE = 10;

/** What the host writes into a session's transcript as soon as something in the background has ended, whoever began it. */
const announced = z.object({
  type: z.literal("queue-operation"),
  operation: z.literal("enqueue"),
  content: z.string().startsWith("<task-notification>"),
});
/** Other notifications of it tell what it prints, or that it waits. */
const ENDED = new Set(["completed", "failed", "killed"]);

/** Which background work of a session has ended, by what its transcript gets. */
export class EndedWork {
  #readTo: number | undefined;

  /** @param file the transcript of the session's main conversation. */
  constructor(private readonly file: string) {}

  /** The ids of what has ended since the last question. Nothing, where the transcript cannot be read. */
  async next(): Promise<string[]> {
    try {
      return (await this.#added()).flatMap(endedIn);
    } catch {
      return [];
    }
  }

  /** The whole lines that were added. */
  async #added(): Promise<string[]> {
    const handle = await open(this.file);
    try {
      const { size } = await handle.stat();
      const from = Math.max(this.#readTo ?? size - FIRST_BYTES, size - MAX_BYTES, 0);
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
      const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
      this.#readTo = from + end;
      return buffer.toString("utf8", 0, end).split("\n");
    } finally {
      await handle.close();
    }
  }
}

function endedIn(line: string): string[] {
  if (!line.includes("<task-notification>")) return [];
  try {
    const { data } = announced.safeParse(JSON.parse(line));
    const notifications = data ? taskNotificationsIn(data.content) : [];
    return notifications.flatMap(({ agentId, status }) => (ENDED.has(status) ? [agentId] : []));
  } catch {
    return [];
  }
}

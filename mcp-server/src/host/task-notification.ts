/** The host's message to a conversation that one of its background agents has ended. */
export interface TaskNotification {
  readonly agentId: string;
  /** The call that launched it; empty where an older host did not say. */
  readonly callId: string;
  /** `completed`, `failed`, `killed`. */
  readonly status: string;
  readonly summary: string;
  /** The agent's last message; `undefined` where an older host only named a file to read. */
  readonly result: string | undefined;
  /** What the host measured; 0 where it did not say. */
  readonly durationMs: number;
  readonly tokens: number;
}

const START = "<task-notification>";
const END = "</task-notification>";
const RESULT = "<result>";
const RESULT_END = "</result>";
/** The end of one notification and the beginning of the next, with no more than the host's framing between them. */
const NEXT = /<\/task-notification>(?=(?:[^<]|<\/?system-reminder>){0,600}<task-notification>\s*<task-id>)/g;

/** Whether a text is what the host tells of an agent's end, and nothing that a person wrote. */
export function isTaskNotification(text: string): boolean {
  return text.trimStart().startsWith(START);
}

/**
 * All notifications that a text holds, in order. The agent's message is untrusted and may hold any of the tags: it
 * reaches to the last end tag of its notification, and the other fields are read from what stands before it.
 */
export function taskNotificationsIn(text: string): TaskNotification[] {
  const found: TaskNotification[] = [];
  let from = 0;
  for (const { index } of text.matchAll(NEXT)) {
    found.push(...notificationIn(text.slice(from, index + END.length)));
    from = index + END.length;
  }
  return [...found, ...notificationIn(text.slice(from))];
}

function notificationIn(text: string): TaskNotification[] {
  const start = text.indexOf(START);
  const end = text.lastIndexOf(END);
  if (start < 0 || end < start) return [];
  const body = text.slice(start + START.length, end);
  const resultAt = body.indexOf(RESULT);
  const head = resultAt < 0 ? body : body.slice(0, resultAt);
  // The host puts its figures after the message: whatever stands before the message's end tag is the agent's.
  const tail = resultAt < 0 ? body : body.slice(body.lastIndexOf(RESULT_END));
  return [
    {
      agentId: field(head, "task-id"),
      callId: field(head, "tool-use-id"),
      status: field(head, "status"),
      summary: field(head, "summary"),
      durationMs: hostFigure(tail, "duration_ms"),
      tokens: hostFigure(tail, "total_tokens") || hostFigure(tail, "subagent_tokens"),
      result: resultAt < 0 ? undefined : resultIn(body.slice(resultAt + RESULT.length)),
    },
  ];
}

/**
 * A figure that the host writes of an agent, as `<duration_ms>7</duration_ms>` or as a line `duration_ms: 7`; 0 where it
 * is not there. The last one counts: what stands before may be the agent's words.
 */
export function hostFigure(text: string, name: "duration_ms" | "total_tokens" | "subagent_tokens"): number {
  const found = [...text.matchAll(new RegExp(`(?:<${name}>|\\b${name}: )(\\d{1,15})`, "g"))].at(-1)?.[1];
  return found === undefined ? 0 : Number(found);
}

function resultIn(rest: string): string {
  const end = rest.lastIndexOf(RESULT_END);
  return (end < 0 ? rest : rest.slice(0, end)).trim();
}

function field(head: string, name: string): string {
  const tag = `<${name}>`;
  const start = head.indexOf(tag);
  if (start < 0) return "";
  const end = head.indexOf(`</${name}>`, start);
  return end < 0 ? "" : head.slice(start + tag.length, end).trim();
}

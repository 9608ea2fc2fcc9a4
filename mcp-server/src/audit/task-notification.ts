/** The host's message that a background agent has stopped. */
export interface TaskNotification {
  /** The agent's id. */
  readonly task: string;
  /** The call that launched it; older hosts did not say. */
  readonly callId: string;
  /** `completed`, `failed`, `killed`. */
  readonly status: string;
  readonly summary: string;
  /** The agent's report; `undefined` where an older host only named a file to read. */
  readonly result: string | undefined;
}

const START = "<task-notification>";
const END = "</task-notification>";

/** All notifications that a text holds. */
export function findNotifications(text: string): TaskNotification[] {
  const found: TaskNotification[] = [];
  let end = 0;
  for (let start = text.indexOf(START); start !== -1; start = text.indexOf(START, end)) {
    end = text.indexOf(END, start);
    if (end === -1) break;
    const body = text.slice(start + START.length, end);
    found.push({
      task: field(body, "task-id"),
      callId: field(body, "tool-use-id"),
      status: field(body, "status"),
      summary: field(body, "summary"),
      result: body.includes("<result>") ? field(body, "result") : undefined,
    });
  }
  return found;
}

/** The first field of this name: the report of an agent, which could hold tags of its own, comes last. */
function field(body: string, name: string): string {
  const start = body.indexOf(`<${name}>`);
  if (start === -1) return "";
  const from = start + name.length + 2;
  const end = name === "result" ? body.lastIndexOf(`</${name}>`) : body.indexOf(`</${name}>`, from);
  return end < from ? "" : body.slice(from, end).trim();
}

/** The largest message that is read, in bytes; a file that an agent writes and the guard judges is far smaller. */
export const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
/** So much of a message that is skipped is kept, from its beginning and from its end: what it is about stands there. */
const KEPT_BYTES = 8 * 1024;

const NEWLINE = 0x0a;

/** What is known of a message that was too large to be read. */
export interface SkippedMessage {
  readonly bytes: number;
  readonly start: string;
  readonly end: string;
}

/** Takes a stream apart into its lines, one message each, and skips those that are too large, whatever their size. */
export class MessageLines {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #start: Buffer = Buffer.alloc(0);
  #end: Buffer = Buffer.alloc(0);

  /** @param skipped called for each message that is too large. */
  constructor(private readonly skipped: (message: SkippedMessage) => void) {}

  /** @returns the lines that the chunk completes, with their ends. */
  take(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    for (let from = 0; from < chunk.length; ) {
      const end = chunk.indexOf(NEWLINE, from) + 1;
      this.#add(chunk.subarray(from, end === 0 ? chunk.length : end));
      if (end === 0) break;
      from = end;
      const line = this.#line();
      if (line) lines.push(line);
    }
    return lines;
  }

  /** @returns the last line, which may lack its end. */
  rest(): Buffer | undefined {
    return this.#bytes === 0 ? undefined : this.take(Buffer.from("\n"))[0];
  }

  #add(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes <= MAX_MESSAGE_BYTES) {
      this.#chunks.push(part);
      return;
    }
    const known = Buffer.concat([...this.#chunks, this.#end, part]);
    if (this.#start.length === 0) this.#start = Buffer.from(known.subarray(0, KEPT_BYTES));
    this.#end = Buffer.from(known.subarray(-KEPT_BYTES));
    this.#chunks = [];
  }

  #line(): Buffer | undefined {
    const line = this.#bytes <= MAX_MESSAGE_BYTES ? Buffer.concat(this.#chunks) : undefined;
    const message = { bytes: this.#bytes, start: this.#start.toString(), end: this.#end.toString() };
    this.#chunks = [];
    this.#bytes = 0;
    this.#start = this.#end = Buffer.alloc(0);
    if (!line) this.skipped(message);
    return line;
  }
}

const ID = String.raw`"id"\s*:\s*(-?\d+|"(?:[^"\\]|\\.)*")`;
/** At the end of a message only its own id has a single brace behind it, and in front of it only short words. */
const ID_AT_END = new RegExp(String.raw`${ID}\s*\}\s*$`);
const ID_AT_START = new RegExp(
  String.raw`^\s*\{\s*(?:"(?:jsonrpc|method)"\s*:\s*"[^"\\]*"\s*,\s*)*${ID}\s*,`,
);
const HOOK = /"name"\s*:\s*"hook"/;
const BEFORE_A_CALL = /"event"\s*:\s*"PreToolUse"/;
const OF_AN_AGENT = /"agent"\s*:\s*"[^"]/;

/**
 * The answer to a request that was skipped, or undefined where it is no request. A tool call of an agent that cannot be
 * judged is refused: without an answer the host would let it through.
 */
export function answerToSkipped({ bytes, start, end }: SkippedMessage): object | undefined {
  const id = (ID_AT_END.exec(end) ?? ID_AT_START.exec(start))?.[1];
  if (id === undefined) return undefined;
  const size = `${Math.ceil(bytes / 1024 / 1024)} MB`;
  const most = `${MAX_MESSAGE_BYTES / 1024 / 1024} MB`;
  const result = HOOK.test(start)
    ? { content: [{ type: "text", text: JSON.stringify(hookAnswer(start, size, most)) }] }
    : {
        content: [{ type: "text", text: `The call has ${size} and was not read. Send at most ${most}.` }],
        isError: true,
      };
  return { jsonrpc: "2.0", id: JSON.parse(id), result };
}

function hookAnswer(start: string, size: string, most: string): object {
  if (!BEFORE_A_CALL.test(start) || !OF_AN_AGENT.test(start)) return {};
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: `This call has ${size}, more than can be judged (${most}). Write the file in smaller parts.`,
    },
  };
}

import type { TaskCause, TaskId } from "./task.ts";

const SPLIT = "split into ";

const ALTERNATIVE = "not needed after its alternative ";

const REMOVED = "removed";

export function said(text: string): TaskCause {
  return { kind: "said", text };
}

/** The cause as people read it, and as servers before 1.6 read and wrote it. */
export function causeText(cause: TaskCause): string {
  switch (cause.kind) {
    case "split":
      return SPLIT + cause.parts.join(", ");
    case "alternative":
      return ALTERNATIVE + cause.taken;
    case "removed":
      return REMOVED;
    case "said":
      return cause.text;
  }
}

/** The cause that a server before 1.6 wrote as text. */
export function causeOfText(text: string): TaskCause {
  if (text === REMOVED) return { kind: "removed" };
  if (text.startsWith(SPLIT)) {
    return { kind: "split", parts: text.slice(SPLIT.length).split(", ") as TaskId[] };
  }
  if (text.startsWith(ALTERNATIVE)) {
    return { kind: "alternative", taken: text.slice(ALTERNATIVE.length) as TaskId };
  }
  return said(text);
}

/**
 * A cause is stored as text, for servers before 1.6, and where it is more than words also as a value. A value that is
 * another one's than the text's is an old one: such a server has written the text since. One that only a newer version
 * knows is read as its text.
 */
export function storedCause(text: string, value: unknown): TaskCause {
  const cause = value as TaskCause | null | undefined;
  const isOfText =
    cause && ["split", "alternative", "removed"].includes(cause.kind) && causeText(cause) === text;
  return isOfText ? cause : causeOfText(text);
}

/** What is stored of a cause beside its text; undefined where the text says it all. */
export function causeValue(cause: TaskCause | undefined): TaskCause | undefined {
  return cause?.kind === "said" ? undefined : cause;
}

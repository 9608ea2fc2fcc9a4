import type { InputRequiredResult } from "@modelcontextprotocol/server";
import * as z from "zod";

/**
 * A question to the user, which the client shows as a form of its own: the model neither sees nor answers it. The call
 * is then made again with the reply.
 */
export interface Question {
  /** Names the question, whatever it says word for word: a reply to another one does not answer it. */
  readonly key: string;
  readonly message: string;
  /** What yes means, or what the words are that are asked for. */
  readonly field: { readonly yes: string } | { readonly words: string };
}

/** Instead of an answer: nothing is said before the user has replied. */
export interface Asked {
  readonly question: Question;
}

/** What the user of the client can be asked, and what he has replied. */
export interface Asking {
  /** Whether the client has forms. */
  readonly isPossible: boolean;
  /** The reply that came with this call; undefined: the question was not asked yet. */
  readonly replyTo: (key: string) => "yes" | "no" | undefined;
  /** The words that came with this call; `none`: the user gave none, or nobody could be asked. */
  readonly wordsTo: (key: string) => { readonly words: string } | "none" | undefined;
}

/** A longer answer is cut, in characters. */
const MAX_WORDS = 3_000;

const reply = z.looseObject({
  action: z.string(),
  content: z
    .looseObject({ yes: z.boolean().optional(), words: z.string().optional() })
    .optional()
    .catch(undefined),
});

/** @param replies as the client sent them with the call, which may be anything. */
export function askingWith(hasForms: boolean, replies: Readonly<Record<string, unknown>> = {}): Asking {
  const accepted = (key: string) => {
    if (!Object.hasOwn(replies, key)) return undefined;
    const { success, data } = reply.safeParse(replies[key]);
    // Declined, closed, or left as it was: it says nothing.
    return success && data.action === "accept" ? (data.content ?? {}) : {};
  };
  return {
    isPossible: hasForms,
    replyTo: (key) => {
      const content = accepted(key);
      return content && (content.yes === true ? "yes" : "no");
    },
    wordsTo: (key) => {
      const content = accepted(key);
      const words = content?.words?.trim().slice(0, MAX_WORDS) ?? "";
      return content && (words === "" ? "none" : { words });
    },
  };
}

/** The question in the protocol's form; for clients of before 2026 the SDK asks and calls again. */
export function formFor({ key, message, field }: Question): InputRequiredResult {
  return {
    resultType: "input_required",
    inputRequests: {
      [key]: {
        method: "elicitation/create",
        params: {
          mode: "form",
          message,
          requestedSchema: {
            type: "object",
            ...("yes" in field
              ? { properties: { yes: { type: "boolean", title: field.yes } }, required: ["yes"] }
              : { properties: { words: { type: "string", title: field.words } }, required: ["words"] }),
          },
        },
      },
    },
  };
}

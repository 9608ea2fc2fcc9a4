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
  /** What yes means. */
  readonly yes: string;
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
}

const reply = z.looseObject({
  action: z.string(),
  content: z.looseObject({ yes: z.boolean().optional() }).optional().catch(undefined),
});

/** @param replies as the client sent them with the call, which may be anything. */
export function askingWith(hasForms: boolean, replies: Readonly<Record<string, unknown>> = {}): Asking {
  return {
    isPossible: hasForms,
    replyTo: (key) => {
      if (!Object.hasOwn(replies, key)) return undefined;
      const { success, data } = reply.safeParse(replies[key]);
      // Declined, closed, or left as it was: only a yes is one.
      return success && data.action === "accept" && data.content?.yes === true ? "yes" : "no";
    },
  };
}

/** The question in the protocol's form; for clients of before 2026 the SDK asks and calls again. */
export function formFor({ key, message, yes }: Question): InputRequiredResult {
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
            properties: { yes: { type: "boolean", title: yes } },
            required: ["yes"],
          },
        },
      },
    },
  };
}

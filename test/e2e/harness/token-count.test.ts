import { describe, expect, it } from "vitest";
import type { Conversation } from "./conversation.ts";
import { TokenCount } from "./token-count.ts";

const MAIN: Conversation = { sessionId: "s", model: "m", tools: [], blocks: [] };
const says = (...texts: string[]) => ({
  tools: [{ name: "Read" }],
  system: [
    { type: "text", text: "x-anthropic-billing-header: 1" },
    { type: "text", text: "You help." },
  ],
  messages: texts.map((text) => ({ role: "user", content: [{ type: "text", text }] })),
});

describe("the endpoint's count of tokens", () => {
  it("reads from the cache what the request before began with, wherever the marks for the cache are", () => {
    const { usageOf } = new TokenCount();
    const long = "word ".repeat(400);
    const first = usageOf(says(long), MAIN, []);
    expect(first).toMatchObject({ cache_read_input_tokens: 0 });
    const [message] = says(long).messages;
    const marked = {
      ...says(long),
      messages: [
        { ...message, content: [{ type: "text", text: long, cache_control: { type: "ephemeral" } }] },
        ...says("And now?").messages,
      ],
    };
    const second = usageOf(marked, MAIN, []);
    expect(second.cache_read_input_tokens).toBeGreaterThanOrEqual(500);
    expect(second.cache_creation_input_tokens).toBeLessThan(40);
  });

  it("lets a second agent read what the first one began with, and counts what both say", () => {
    const { usageOf } = new TokenCount();
    const shared = "role ".repeat(400);
    usageOf(says(shared, "Task one"), { ...MAIN, agentId: "a" }, []);
    const usage = usageOf(says(shared, "Task two"), { ...MAIN, agentId: "b" }, [{ text: "12345678" }]);
    expect(usage.cache_read_input_tokens).toBeGreaterThanOrEqual(500);
    expect(usage.output_tokens).toBeGreaterThan(2);
  });
});

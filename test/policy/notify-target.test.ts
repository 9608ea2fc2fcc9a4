import { describe, expect, it } from "vitest";
import { notifyTargetOf, whyNoWebhook } from "../../mcp-server/src/policy/notify-target.ts";

describe("the setting notify", () => {
  it.each([
    ["", undefined],
    ["  ", undefined],
    [" desktop ", { kind: "desktop" }],
    ["desktop --now", { kind: "command", command: "desktop --now" }],
    ["sh tell.sh", { kind: "command", command: "sh tell.sh" }],
    ["https://example.com/hook", { kind: "webhook", url: "https://example.com/hook" }],
    ["HTTPS://example.com", { kind: "webhook", url: "HTTPS://example.com" }],
  ])("the setting notify %j names %j", (text, expected) => {
    expect(notifyTargetOf(text)).toEqual(expected);
  });

  it.each([
    ["https://example.com/x", undefined],
    ["http://127.0.0.1:8080/x", undefined],
    ["http://[::1]/", undefined],
    ["http://localhost/", undefined],
    ["http://example.com/", expect.stringContaining("not encrypted")],
    ["http://127.0.0.1.example.com/", expect.stringContaining("not encrypted")],
    ["https://", expect.stringContaining("no web address")],
  ])("a webhook at %j: %j", (url, expected) => {
    expect(whyNoWebhook(url)).toEqual(expected);
  });
});

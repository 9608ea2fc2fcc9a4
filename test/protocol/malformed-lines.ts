import fc from "fast-check";
import { hostileText, nested, toJson } from "./hostile-values.ts";
import type { Target } from "./malformed-calls.ts";

/** A line on the server's input that is no request: at most it is answered with an error. */
export interface MalformedLine {
  readonly kind: string;
  readonly line: string;
}

/** Lines that carry, where they carry anything, a call that would change the graph if it were served. */
export function malformedLines({ free }: Target): fc.Arbitrary<MalformedLine> {
  const cancel = { name: "task_update", arguments: { task: free, status: "cancelled" } };
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: cancel };
  const text = JSON.stringify(call);
  const line = (kind: string, arbitrary: fc.Arbitrary<string>, weight: number) => ({
    weight,
    arbitrary: arbitrary.map((line) => ({ kind, line })),
  });
  const wrong = fc.constantFrom<unknown>(null, [], {}, true, 1.5, -1.5, 1e300, 2 ** 60, [1], { id: 1 });
  return fc.oneof(
    line(
      "a line that is not JSON",
      fc.oneof(
        hostileText.map((junk) => junk.replaceAll("\n", " ")),
        fc.nat(text.length - 1).map((end) => text.slice(0, end)),
        fc.nat(text.length - 1).map((at) => `${text.slice(0, at)}\u0000${text.slice(at)}`),
        fc.constantFrom(
          `${text},`,
          `${text}${text}`,
          `\ufeff,${text}`,
          `'${text}'`,
          "Content-Length: 5\r",
          "",
        ),
      ),
      4,
    ),
    line(
      "a batch",
      fc.integer({ min: 0, max: 3 }).map((n) => JSON.stringify(Array(n).fill(call))),
      1,
    ),
    line(
      "a message that is no request",
      fc.oneof(
        wrong.map((id) => toJson({ ...call, id })),
        fc.constantFrom("1.0", "2", 2, null, undefined).map((jsonrpc) => toJson({ ...call, jsonrpc })),
        wrong.map((method) => toJson({ ...call, method })),
        fc.constantFrom<unknown>(null, [], "x", 1).map((params) => toJson({ ...call, params })),
        fc.constantFrom<unknown>(1, "text", null, true).map(toJson),
        fc.constantFrom("list" as const, "object" as const).map((shape) => toJson(nested(50_000, shape))),
      ),
      4,
    ),
    line(
      "a call with a broken frame",
      fc.oneof(
        wrong.map((name) => toJson({ ...call, params: { ...cancel, name } })),
        fc
          .constantFrom<unknown>([], "x", 1, null, true)
          .map((input) => toJson({ ...call, params: { ...cancel, arguments: input } })),
        fc
          .constantFrom<unknown>(1, "x", [], { progressToken: {} }, { "claudecode/toolUseId": 1 })
          .map((_meta) => toJson({ ...call, params: { ...cancel, _meta } })),
        hostileText.map((method) => toJson({ ...call, method })),
        fc
          .constantFrom("tools/Call", "tools/call ", "resources/list", "prompts/get", "tasks/get")
          .map((method) => toJson({ ...call, method })),
      ),
      4,
    ),
    line(
      "an answer or a notification that nobody asked for",
      fc
        .constantFrom<object>(
          { jsonrpc: "2.0", id: 99_999, result: {} },
          { jsonrpc: "2.0", id: 99_999, error: { code: 1, message: "x" } },
          { jsonrpc: "2.0", id: null, error: { code: 1, message: "x" } },
          { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 99_999 } },
          { jsonrpc: "2.0", method: "notifications/cancelled", params: {} },
          { jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 1, progress: "x" } },
          { jsonrpc: "2.0", method: "notifications/x" },
          { jsonrpc: "2.0", method: "tools/call", params: cancel },
        )
        .map(toJson),
      2,
    ),
  );
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventReader } from "../../mcp-server/page/connection/server-events.ts";

const STREAM =
  'id: 1\nevent: update\ndata: {"a":\ndata: 1}\n\n: nothing\n\nevent: beat\n\ndata: ü 東京\r\n\r\n';

describe("eventReader", () => {
  it("eventReader gives the same events however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 20 }), (cuts) => {
        const read = eventReader();
        const edges = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const events = edges.slice(1).flatMap((end, n) => read(STREAM.slice(edges[n], end)));
        expect(events).toEqual([
          { event: "update", data: '{"a":\n1}' },
          { event: "beat", data: "" },
          { event: "message", data: "ü 東京" },
        ]);
      }),
    );
  });
});

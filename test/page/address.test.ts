import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Address, readAddress, writeAddress } from "../../mcp-server/page/state/address.ts";

const name = fc.string({ minLength: 1, unit: "grapheme" });

describe("an address", () => {
  it("an address is read as it was written, whatever plan and task are called", () => {
    fc.assert(
      fc.property(
        name,
        fc.constantFrom("run" as const, "graph" as const),
        fc.option(name, { nil: undefined }),
        (of, view, task) => {
          const address: Address = { of, view, ...(task === undefined ? {} : { task }) };
          expect(readAddress(writeAddress(address))).toEqual(address);
        },
      ),
    );
  });

  it("an address that says nothing is that of all plans", () => {
    for (const hash of ["", "#", "#/", "#?"]) expect(readAddress(hash)).toEqual({ view: "run" });
  });
});

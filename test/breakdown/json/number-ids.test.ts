import { describe, expect, it } from "vitest";
import { numberIds } from "../../../mcp-server/src/breakdown/json/number-ids.ts";

describe("ids written as numbers", () => {
  it("ids written as numbers are found in a list of more elements than a call can have arguments", () => {
    const tasks = Array.from({ length: 150_000 }, () => '{"id":1.10}').join();
    expect(numberIds(`{"tasks":[${tasks}]}`)).toHaveLength(150_000);
  });
});

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Prices } from "../../../mcp-server/src/run/prices/prices.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const PLUGIN = join(import.meta.dirname, "..", "..", "..");
const ONE = { input: 1, cacheWrite: 1, cacheWriteHour: 1, cacheRead: 1, output: 1 };

function tableFrom(source: string): string {
  return JSON.stringify({ date: "2027-01-01", source, currency: "EUR", models: { mine: ONE } });
}

describe("the price table", () => {
  it("the price table is the one that comes with the plugin, until the user has another", async () => {
    const hostFolder = temporaryFolder();
    const prices = new Prices({ named: undefined, hostFolder, pluginRoot: PLUGIN });
    expect((await prices.refresh()).table?.source).toMatch(/^https:/);
    mkdirSync(join(hostFolder, "parallel"));
    writeFileSync(join(hostFolder, "parallel", "prices.json"), tableFrom("mine"));
    expect((await prices.refresh()).table?.source).toBe("mine");
    const named = join(hostFolder, "other.json");
    writeFileSync(named, tableFrom("named"));
    expect((await new Prices({ named, hostFolder, pluginRoot: PLUGIN }).refresh()).table?.source).toBe(
      "named",
    );
  });

  it("the price table of the user that is wrong or missing is named, and no other one is taken for it", async () => {
    const hostFolder = temporaryFolder();
    const named = join(hostFolder, "prices.json");
    const read = () => new Prices({ named, hostFolder, pluginRoot: PLUGIN }).refresh();
    expect(await read()).toEqual({ problem: `There is no price table ${named}.` });
    writeFileSync(named, "{");
    expect(await read()).toMatchObject({ problem: expect.stringContaining(`${named} is not valid`) });
    writeFileSync(named, tableFrom("mine").replace('"input":1', '"input":"one"'));
    expect(await read()).toMatchObject({ problem: expect.stringContaining("models.mine.input") });
  });
});

import { lstatSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { changedSettings } from "../../mcp-server/src/runner/changed-settings.ts";
import { put } from "../support/checkout.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const WANTED = {
  ...{ variable: "VENDOR_HOME", folder: ".vendor", file: "settings.json", leftOut: ["tmp"] },
  server: { command: "node" },
};
const OWN = '{\n  // mine\n  "auth": "key",\n  "mcpServers": { "mine": { "command": "x" } },\n}\n';

describe("the settings of a client that knows only its user's home", () => {
  it("the settings of a client that knows only its user's home are copied with the server, and the rest is linked", async () => {
    const [home, state] = [temporaryFolder(), temporaryFolder()];
    put(home, { ".vendor/settings.json": OWN, ".vendor/account.json": "{}", ".vendor/tmp/log": "x" });
    const { VENDOR_HOME: made = "" } = await changedSettings(WANTED, { HOME: home }, state);
    expect(made.startsWith(state)).toBe(true);
    expect(JSON.parse(readFileSync(join(made, ".vendor/settings.json"), "utf8"))).toEqual({
      auth: "key",
      mcpServers: { mine: { command: "x" }, parallel: { command: "node" } },
    });
    expect(realpathSync(join(made, ".vendor/account.json"))).toBe(join(home, ".vendor/account.json"));
    expect(lstatSync(join(made, ".vendor/tmp"), { throwIfNoEntry: false })).toBeUndefined();
    expect(readFileSync(join(home, ".vendor/settings.json"), "utf8")).toBe(OWN);
  });

  it("the settings of a client whose user has none are the server alone, and broken ones are named", async () => {
    const [home, other] = [temporaryFolder(), temporaryFolder()];
    const { VENDOR_HOME: made = "" } = await changedSettings(WANTED, { HOME: home }, temporaryFolder());
    expect(JSON.parse(readFileSync(join(made, ".vendor/settings.json"), "utf8"))).toEqual({
      mcpServers: { parallel: { command: "node" } },
    });
    put(other, { ".vendor/settings.json": "{ broken" });
    const env = { HOME: home, VENDOR_HOME: other };
    await expect(changedSettings(WANTED, env, temporaryFolder())).rejects.toThrow("cannot be read");
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { task } from "../support/checkout.ts";
import { expectFindings } from "../support/doctor-findings.ts";
import { Installation } from "../support/doctor-installation.ts";

/** What a check of an installation saw. */
async function seenBy(installation: Installation, check: string): Promise<string | undefined> {
  const { answer } = await installation.doctor();
  return answer.checks.find((checked) => checked.check === check)?.seen;
}

describe("parallel doctor on a healthy installation", () => {
  it("parallel doctor on a healthy installation finds nothing, says what it saw, and leaves every file as it was", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    const before = installation.files();
    const { code, answer } = await installation.doctor();
    expect(answer.checks.flatMap(({ findings }) => findings)).toEqual([]);
    expect(answer.checks.filter(({ skipped }) => skipped)).toEqual([]);
    expect([code, answer.ok]).toEqual([0, true]);
    expect(installation.files()).toEqual(before);
    const seen = new Map(answer.checks.map((checked) => [checked.check, checked.seen]));
    expect(seen.get("Node.js")).toContain(process.versions.node);
    expect(seen.get("Plugin files")).toBe(`complete in ${installation.root}`);
    expect(seen.get("Server")).toMatch(/^version 0\.1\.0 answers with 12 tools after \d+ ms$/);
    expect(seen.get("Claude Code")).toBe("parallel 0.1.0, spec 0.1.0, debug 0.1.0");
    expect(seen.get("Hooks")).toBe(
      "firing: in the last run, just now, they told the agents of 1 of 1 attempts",
    );
    expect(seen.get("Database")).toMatch(/^SQLite, graph 1\.\d+, at .*graph\.sqlite$/);
    expect(seen.get("Plans")).toBe("1 plan");
    expect(seen.get("Command line")).toBe(`parallel runs ${join(installation.root, "bin", "parallel")}`);
  });

  it("parallel doctor on a healthy installation disturbs no session, and sees what one has just written", async () => {
    const installation = await Installation.healthy();
    const server = await installation.server();
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    await server.call("batch_next", { plan: "p" });
    const folder = dirname(installation.graph);
    const names = readdirSync(folder).sort();
    await expectFindings(installation, []);
    expect(await seenBy(installation, "Plans")).toBe("1 plan");
    expect(readdirSync(folder).sort()).toEqual(names);
    expect((await server.call("task_list", { plan: "p" })).tasks).toHaveLength(1);
  });

  it("parallel doctor on a healthy installation that has no plan yet makes no database", async () => {
    const installation = await Installation.healthy();
    await expectFindings(installation, []);
    expect(existsSync(dirname(installation.graph))).toBe(false);
  });

  it("parallel doctor on a healthy installation prints a line per check, and none of the settings' secrets", async () => {
    const installation = await Installation.healthy();
    const { code, out } = await installation.print();
    expect(code).toBe(0);
    expect(out).toMatch(/^✓ Node\.js +\d/);
    expect(out).toMatch(/\n– Database +none yet: the first plan makes it\n/);
    expect(out).toMatch(/\n\nNothing is wrong\.\n$/);
    expect(out.trim().split("\n")).toHaveLength(14);
    const json = await installation.print(["--json"]);
    expect(out + json.out).not.toContain("sk-secret");
  });

  it("parallel doctor prints the remedy below what is wrong, without what could steer a terminal", async () => {
    const installation = await Installation.healthy();
    installation.writeProject(".claude/commands/ideate.md", "Mine.\n");
    installation.writeProject(".claude/settings.json", {
      enabledPlugins: { "spec@\u001b[31mred\u0085": true },
    });
    const { code, out } = await installation.print();
    expect(code).toBe(1);
    expect(out).toMatch(
      /\n✗ Commands .*\n +✗ \/ideate is answered by .*\n +Remedy: Give that file another name/,
    );
    expect(out).toMatch(/The plugin spec@red has the name/);
    expect([...out].filter((sign) => sign < " " && sign !== "\n")).toEqual([]);
    expect(out).toMatch(/\n2 wrong\.\n$/);
  });

  it("parallel doctor on a healthy installation refuses what it does not know as a wrong call", async () => {
    const installation = await Installation.healthy();
    const file = join(installation.root, "mcp-server/dist/parallel.mjs");
    for (const parameters of [["--fix"], ["everything"]]) {
      const child = spawn(process.execPath, [file, "doctor", ...parameters], { stdio: "ignore" });
      expect((await once(child, "close"))[0]).toBe(2);
    }
  });
});

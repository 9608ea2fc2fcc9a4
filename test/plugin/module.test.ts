import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { claudeCodeBinary } from "../e2e/harness/claude-code.ts";

const ROOT = join(import.meta.dirname, "..", "..");

it("the module passes its own tests in the host's interface", async () => {
  const folder = mkdtempSync(join(tmpdir(), "module-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const plugin = join(folder, "plugin");
  mkdirSync(join(plugin, ".claude-plugin"), { recursive: true });
  mkdirSync(join(plugin, "hooks"));
  // Without the rest of the plugin, whose tests are not the host's.
  writeFileSync(
    join(plugin, ".claude-plugin", "plugin.json"),
    JSON.stringify({ name: "parallel", version: "1.0.0" }),
  );
  writeFileSync(
    join(plugin, "hooks", "hooks.json"),
    JSON.stringify({ modules: ["./dispatch.ts"], hooks: {} }),
  );
  cpSync(join(ROOT, "hooks", "dispatch.ts"), join(plugin, "hooks", "dispatch.ts"));
  cpSync(join(import.meta.dirname, "module", "dispatch-cases.js"), join(plugin, "dispatch.test.ts"));
  const { stdout } = await promisify(execFile)(claudeCodeBinary(), ["plugin", "test", plugin], {
    env: { PATH: process.env.PATH ?? "", HOME: folder, DISABLE_TELEMETRY: "1" },
  }).catch((failed: { stdout: string; stderr: string }) => {
    throw new Error(`${failed.stdout}\n${failed.stderr}`);
  });
  expect(stdout).toMatch(/9 (tests )?pass/);
});

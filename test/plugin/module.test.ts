import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { claudeCodeBinary } from "../e2e/harness/claude-code.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** The plugin's folder, its module, and the tests that go with it. */
const MODULES = [
  { plugin: "parallel", source: join("hooks", "dispatch.ts"), cases: "dispatch-cases.js", count: 10 },
  { plugin: "parallel-view", source: join("view", "hooks", "view.ts"), cases: "view-cases.js", count: 16 },
];

describe.each(MODULES)("the module of the plugin $plugin", ({ plugin, source, cases, count }) => {
  it(`the module of the plugin ${plugin} passes its own tests in the host's interface`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "module-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const copy = join(folder, "plugin");
    mkdirSync(join(copy, ".claude-plugin"), { recursive: true });
    const write = (path: string, value: object) => writeFileSync(join(copy, path), JSON.stringify(value));
    // Without the rest of the plugin, whose tests are not the host's.
    write(join(".claude-plugin", "plugin.json"), { name: plugin, version: "1.0.0" });
    cpSync(join(ROOT, dirname(source)), join(copy, "hooks"), { recursive: true });
    // Nor its other hooks.
    write(join("hooks", "hooks.json"), { modules: [`./${basename(source)}`], hooks: {} });
    cpSync(join(import.meta.dirname, "module", cases), join(copy, "module.test.ts"));
    const { stdout } = await promisify(execFile)(claudeCodeBinary(), ["plugin", "test", copy], {
      env: { PATH: process.env.PATH ?? "", HOME: folder, DISABLE_TELEMETRY: "1" },
    }).catch((failed: { stdout: string; stderr: string }) => {
      throw new Error(`${failed.stdout}\n${failed.stderr}`);
    });
    expect(stdout).toMatch(new RegExp(`${count} (tests )?pass`));
  });
});

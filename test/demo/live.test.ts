import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");

describe.skipIf(process.platform === "win32")("the demo with the user's own Claude Code", () => {
  let temporary: string;
  beforeEach(() => {
    temporary = realpathSync(mkdtempSync(join(tmpdir(), "demo-test-")));
  });
  afterEach(() => rmSync(temporary, { recursive: true, force: true }));

  it("the live demo starts an interactive session in the copied example with the three plugins and the command", async () => {
    const record = join(temporary, "calls.txt");
    const script = `#!/bin/sh\nif [ "$1" = --version ]; then echo 9.9.9; exit; fi\npwd > ${record}\nprintf '%s\\n' "$@" >> ${record}\ngit status --porcelain >> ${record}\n`;
    writeFileSync(join(temporary, "claude"), script);
    chmodSync(join(temporary, "claude"), 0o755);
    const { code, output } = await demo(`${temporary}${delimiter}${process.env.PATH}`);
    expect(code).toBe(0);
    const [folder, ...parameters] = readFileSync(record, "utf8").trim().split("\n");
    expect(parameters).toEqual([
      "--plugin-dir",
      root,
      "--plugin-dir",
      join(root, "commands/spec"),
      "--plugin-dir",
      join(root, "commands/debug"),
      "/spec:execute watering",
    ]);
    expect(output.indexOf("This spends your tokens: about ")).toBeGreaterThan(0);
    expect(output).toContain(`What the agents wrote is in ${folder}`);
  });

  it("the live demo says so where there is no Claude Code", async () => {
    const { code, output } = await demo(temporary);
    expect(code).toBe(1);
    expect(output.trim().split("\n")).toEqual([expect.stringContaining('There is no command "claude"')]);
  });

  function demo(path: string): Promise<{ code: number; output: string }> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [join(root, "scripts", "demo.mjs"), "--live"],
        { env: { PATH: path, HOME: temporary, TMPDIR: temporary } },
        (error, stdout, stderr) =>
          resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr }),
      );
    });
  }
});

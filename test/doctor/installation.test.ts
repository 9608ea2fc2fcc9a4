import { chmodSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { expectFindings } from "../support/doctor-findings.ts";
import { Installation, lose } from "../support/doctor-installation.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A search path with what the doctor calls, and with this as `node`. */
function searchPath(node: string | undefined): string {
  const bin = temporaryFolder();
  for (const program of ["git", "sh"]) {
    const folder = (process.env.PATH ?? "").split(":").find((at) => existsSync(join(at, program)));
    symlinkSync(join(folder ?? "", program), join(bin, program));
  }
  if (node !== undefined) {
    writeFileSync(join(bin, "node"), node);
    chmodSync(join(bin, "node"), 0o755);
  }
  return bin;
}

describe("the installation", () => {
  it("parallel doctor finds that there is no Node.js", async () => {
    const installation = await Installation.healthy();
    await expectFindings(
      installation,
      [["Node.js", "wrong", /holds no program `node`/, /Install Node\.js 20 or newer from https/]],
      { PATH: searchPath(undefined) },
    );
  });

  it("parallel doctor finds that Node.js is too old", async () => {
    const installation = await Installation.healthy();
    const old = `#!/bin/sh\ncase "$1" in -p) echo '["16.20.2","/usr/bin/node"]';; *) exec "${process.execPath}" "$@";; esac\n`;
    await expectFindings(
      installation,
      [["Node.js", "wrong", /^Node\.js 16\.20\.2 is too old/, /Install Node\.js 20 or newer/]],
      { PATH: searchPath(old) },
    );
  });

  it("parallel doctor finds that a part of the bundle is missing, also one that is only loaded when it is needed", async () => {
    const installation = await Installation.healthy();
    lose(join(installation.root, "mcp-server/dist/lib/pg.mjs"));
    await expectFindings(installation, [
      [
        "Plugin files",
        "wrong",
        /^Files of the plugin are missing: mcp-server\/dist\/lib\/pg\.mjs\.$/,
        /^Install the plugin anew/,
      ],
    ]);
  });

  it("parallel doctor finds that git does not open the repository", async () => {
    await expectFindings(
      await Installation.healthy(),
      [["Repository", "wrong", /belongs to another user \(dubious ownership\)/, /safe\.directory "/]],
      { GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" },
    );
  });

  it("parallel doctor finds that the hooks' file is missing", async () => {
    const installation = await Installation.healthy();
    lose(join(installation.root, "hooks"));
    await expectFindings(installation, [
      ["Plugin files", "wrong", /missing: hooks\/hooks\.json\.$/, /^Install the plugin anew/],
    ]);
  });

  it("parallel doctor finds that no native driver is there for this machine", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    lose(join(installation.root, "mcp-server/dist/prebuilds", `${process.platform}-${process.arch}`));
    await expectFindings(installation, [
      ["Plugin files", "wrong", /native driver for .* does not load: No native build/, /use PostgreSQL/],
    ]);
  });

  it("parallel doctor finds that the server ends as it starts, with its reason", async () => {
    const installation = await Installation.healthy();
    writeFileSync(join(installation.root, "mcp-server/dist/server.js"), 'throw new Error("half a file");\n');
    await expectFindings(installation, [
      [
        "Server",
        "wrong",
        /does not answer: it ended with 1: Error: half a file\.$/,
        /\/mcp shows plugin:parallel:tasks/,
      ],
    ]);
  });

  it("parallel doctor finds that the server answers something else", async () => {
    const installation = await Installation.healthy();
    const other = 'process.stdin.once("data", () => console.log("{}")).on("end", () => process.exit());\n';
    writeFileSync(join(installation.root, "mcp-server/dist/server.js"), other);
    await expectFindings(installation, [
      [
        "Server",
        "wrong",
        /what it answers to initialize is not what the protocol says/,
        /restart Claude Code/,
      ],
    ]);
  });

  it("parallel doctor finds that the server stays silent for longer than Claude Code waits", async () => {
    const installation = await Installation.healthy();
    writeFileSync(join(installation.root, "mcp-server/dist/server.js"), "setInterval(() => {}, 1000);\n");
    await expectFindings(
      installation,
      [["Server", "wrong", /does not answer: it was silent for 1 s\.$/, /\/mcp shows/]],
      { MCP_TIMEOUT: "1000" },
    );
  });

  it("parallel doctor finds that the server is of another version than the plugin", async () => {
    const installation = await Installation.healthy();
    for (const name of ["parallel", "spec", "debug"]) installation.setVersion(name, "0.2.0");
    await expectFindings(installation, [
      [
        "Server",
        "wrong",
        /server is of version 0\.1\.0, the plugin around it of 0\.2\.0/,
        /Install the plugin anew/,
      ],
    ]);
  });
});

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { doctorInputOf } from "../../mcp-server/src/doctor/doctor-input.ts";
import { prepareExamination } from "../../mcp-server/src/doctor/examination.ts";
import { plugins } from "../../mcp-server/src/doctor/plugins.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const OFFERED = ["parallel", "spec", "debug"];

function put(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
}

/** What the doctor advises where Claude Code has no plugin, and this copy of it lies in a folder with that origin. */
async function remedy(origin: string | undefined, marketplaces: Record<string, readonly string[]> = {}) {
  const [pluginRoot, hostFolder] = [temporaryFolder(), temporaryFolder()];
  if (origin !== undefined) {
    execFileSync("git", ["init", "--quiet"], { cwd: pluginRoot });
    execFileSync("git", ["remote", "add", "origin", origin], { cwd: pluginRoot });
  }
  const known = Object.entries(marketplaces).map(([name, offered]) => {
    const installLocation = temporaryFolder();
    const list = { plugins: offered.map((plugin) => ({ name: plugin, source: "./" })) };
    put(join(installLocation, ".claude-plugin", "marketplace.json"), list);
    return [name, { source: { source: "github", repo: "any/where" }, installLocation }];
  });
  put(join(hostFolder, "plugins", "known_marketplaces.json"), Object.fromEntries(known));
  const place = doctorInputOf(temporaryFolder(), { PATH: process.env.PATH }, pluginRoot, 0);
  const { findings } = await plugins.look(await prepareExamination({ ...place, hostFolder }));
  return findings.map((finding) => finding.remedy).join();
}

describe("where the plugin is not installed, the doctor names", () => {
  it("where the plugin is not installed, the doctor names the known marketplace before the checkout's origin", async () => {
    const known = { ours: OFFERED, other: ["parallel", "unrelated"] };
    expect(await remedy("https://github.com/octo/parallel.git", known)).toMatch(
      /^Install it: claude plugin install parallel@ours\./,
    );
  });

  it("where the plugin is not installed, the doctor names the origin of the checkout, without its credentials", async () => {
    expect(await remedy("https://octo:secret@github.com/octo/parallel.git")).toMatch(
      /^Install it: claude plugin install parallel --marketplace octo\/parallel\./,
    );
  });

  it("where the plugin is not installed, the doctor names no command where nothing is known, and no placeholder", async () => {
    const sentence = /^Install it from where you have it\. A session/;
    expect(await remedy(undefined)).toMatch(sentence);
    expect(await remedy("/srv/git/parallel.git")).toMatch(sentence);
    expect(await remedy(undefined, { "$(reboot)": OFFERED })).toMatch(sentence);
  });
});

import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandLine } from "../../mcp-server/src/doctor/command-line.ts";
import { doctorInputOf } from "../../mcp-server/src/doctor/doctor-input.ts";
import { prepareExamination } from "../../mcp-server/src/doctor/examination.ts";
import { CHECKOUT } from "../plugin/checkout.ts";
import { repository } from "../support/checkout.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const OWN = join(CHECKOUT, "bin");

/** A folder with a program that is called `parallel` and is not this plugin's. */
function otherProgram(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "parallel"), "#!/bin/sh\n");
  chmodSync(join(folder, "parallel"), 0o755);
  return folder;
}

/** What the check says where the search path has these folders first. */
async function look(...folders: string[]) {
  const PATH = folders.join(delimiter);
  const place = doctorInputOf(await repository(), { PATH }, CHECKOUT, 0);
  return commandLine.look(await prepareExamination({ ...place, hostFolder: temporaryFolder() }));
}

describe("which command line one gets", () => {
  it("the doctor says where the command line is that its name runs", async () => {
    expect(await look(OWN)).toEqual({ seen: `parallel runs ${join(OWN, "parallel")}`, findings: [] });
  });

  it("the doctor takes a link to the command line for the command line", async () => {
    const folder = temporaryFolder();
    symlinkSync(join(OWN, "parallel"), join(folder, "parallel"));
    expect(await look(folder)).toEqual({ seen: `parallel runs ${join(folder, "parallel")}`, findings: [] });
  });

  it("the doctor names another program that runs instead, and the second name, which nothing else has", async () => {
    const other = otherProgram();
    // Claude Code puts a plugin's folder behind all others.
    expect(await look(other, OWN)).toEqual({
      seen: `parallel-tasks runs ${join(OWN, "parallel-tasks")}`,
      findings: [
        {
          level: "notice",
          problem: `parallel runs ${join(other, "parallel")}, another program of that name.`,
          remedy: "Type parallel-tasks instead.",
        },
      ],
    });
  });

  it("the doctor gives the path to type where the search path does not lead to the command line", async () => {
    const path = join(OWN, "parallel-tasks");
    const folder = temporaryFolder();
    mkdirSync(join(folder, "parallel"));
    expect(await look(folder)).toEqual({ seen: `not on the search path: ${path}`, findings: [] });
    const { findings } = await look(otherProgram());
    expect(findings).toMatchObject([{ level: "notice", remedy: `Type ${path} instead.` }]);
  });
});

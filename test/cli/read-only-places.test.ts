import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { Installation } from "../support/doctor-installation.ts";

/** A project with a plan, and a user to whom its files can be forbidden: an administrator may write everywhere. */
async function ofAUser(): Promise<Installation> {
  const installation = await Installation.healthy();
  await installation.runAPlan();
  if (process.getuid?.() === 0) installation.giveTo(65534);
  return installation;
}

describe.skipIf(process.platform === "win32")("a place that cannot be written", () => {
  it.each(["status", "report p", "export p"])(
    "a graph that this user cannot reach is no missing plan: `parallel %s` says so, and the remedy",
    async (command) => {
      const installation = await ofAUser();
      const folder = dirname(installation.graph);
      chmodSync(folder, 0o000);
      const answer = await installation.command(command.split(" "));
      chmodSync(folder, 0o700);
      expect(answer).toEqual({
        code: 2,
        out: "",
        log: `parallel: The task graph ${installation.graph} cannot be opened (EACCES).\nGive the user who runs this read and write access to ${folder} and what is in it (a session of another user may have made it), or set PARALLEL_DATABASE_URL=sqlite:PATH to a place of your own.\n`,
      });
    },
  );

  it("a graph that this user cannot write is told with the remedy", async () => {
    const installation = await ofAUser();
    chmodSync(installation.graph, 0o400);
    const { code, log } = await installation.command(["status"]);
    expect(code).toBe(2);
    expect(log).toContain(`The task graph ${installation.graph} cannot be written: EACCES`);
    expect(log).toContain(
      `\nGive this user write access to ${dirname(installation.graph)} and what is in it, or`,
    );
  });

  it("a checkout that this user cannot write is told by an export with the remedy, and no trace", async () => {
    const installation = await ofAUser();
    chmodSync(installation.project, 0o500);
    const answer = await installation.command(["export", "p"]);
    chmodSync(installation.project, 0o700);
    expect(answer).toEqual({
      code: 2,
      out: "",
      log: `parallel: ${installation.project}/specs cannot be opened or made (EACCES).\nGive the user who runs this write access to it and its folder, and try again.\n`,
    });
  });
});

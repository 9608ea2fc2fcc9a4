import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT } from "../plugin/checkout.ts";
import { repository, task } from "../support/checkout.ts";
import { runScript } from "../support/command-line.ts";
import { ParallelServer } from "../support/parallel-server.ts";

/** Types a command under one of the names that the command line has. */
function type(name: string, folder: string, ...parameters: string[]) {
  return runScript(join(CHECKOUT, "bin", name), folder, parameters);
}

describe("a command that needs a plan and is given no name", () => {
  it("parallel report without a name reports on the only plan", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    await server.call("plan_create", { plan: "pond", tasks: [task("1")] });
    const named = await type("parallel", folder, "report", "pond", "--json");
    const { code, out } = await type("parallel", folder, "report", "--json");
    expect(code).toBe(named.code);
    expect(JSON.parse(out)).toMatchObject({ plan: { slug: "pond" } });
  });

  it.each(["report", "export"])(
    "parallel %s without a name takes none of several plans, and names them",
    async (command) => {
      const folder = await repository();
      const server = await ParallelServer.start(folder);
      for (const plan of ["pond", "shed"]) await server.call("plan_create", { plan, tasks: [task("1")] });
      const { code, out, err } = await type("parallel", folder, command);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toMatch(/There are 2 plans.*(?:shed, pond|pond, shed)\.\s+Name the one that you mean\./);
    },
  );

  it("parallel report without a name says that there is no plan yet, and makes none", async () => {
    const { code, err } = await type("parallel", await repository(), "report");
    expect(code).toBe(2);
    expect(err).toMatch(/There is no plan in this repository yet\.\s+Make one in Claude Code/);
  });
});

describe("the second name of the command line", () => {
  it.each(["parallel", "parallel-tasks"])(
    "help that was asked for as %s is told by that name",
    async (name) => {
      const { code, out } = await type(name, await repository(), "--help");
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`^Usage: ${name} \\[`));
    },
  );
});

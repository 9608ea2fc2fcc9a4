import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { repository, task } from "../support/checkout.ts";
import { runCommand } from "../support/command-line.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";

const BIN = join(import.meta.dirname, "..", "..", "bin", "parallel");

async function served(...parameters: string[]) {
  const folder = await repository();
  const server = await ParallelServer.start(folder);
  await server.call("plan_create", { plan: "p", tasks: [task("1")] });
  await server.close();
  const child = spawn(process.execPath, [BIN, "serve", "--no-open", ...parameters], {
    cwd: folder,
    env: emptyEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  const { value: link } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (typeof link !== "string") throw new Error(`there is no link: ${complaint}`);
  return { folder, child, link: new URL(link), complaint: () => complaint };
}

describe("parallel serve", () => {
  it("parallel serve answers where its link says, shows the named plan, and ends quietly by a signal", async () => {
    const { child, link, complaint } = await served("p");
    expect(link.hostname).toBe("127.0.0.1");
    const code = new URLSearchParams(link.hash.slice(1));
    expect(code.get("plan")).toBe("p");
    const answer = await fetch(new URL("/api/session", link), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code: code.get("code") }),
    });
    const { token } = (await answer.json()) as { token: string };
    const headers = { Authorization: `Bearer ${token}` };
    const plan = await fetch(new URL("/api/plans/p", link), { headers });
    expect(await plan.json()).toMatchObject({ plan: "p", counts: { total: 1 } });
    expect(await (await fetch(new URL("/", link))).text()).toContain("<html");
    child.kill("SIGTERM");
    const [ended] = await once(child, "exit");
    expect([ended, complaint()]).toEqual([0, ""]);
  });

  it("parallel serve names what is wrong with its input: a plan that is not there, a port that is taken", async () => {
    const { folder, link } = await served();
    const unknown = await runCommand(folder, "serve", "none", "--no-open");
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('There is no plan "none"')]);
    const taken = await runCommand(folder, "serve", "--no-open", "--port", link.port);
    expect([taken.code, taken.err]).toEqual([2, expect.stringContaining(`Port ${link.port} is taken`)]);
  });
});

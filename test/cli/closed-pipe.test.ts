import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository, task } from "../support/checkout.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";

const BIN = join(import.meta.dirname, "..", "..", "bin", "parallel");

it("a reader that stops early, as `head` does, ends a watching command quietly", async () => {
  const folder = await repository();
  const server = await ParallelServer.start(folder);
  await server.call("plan_create", { plan: "p", tasks: [task("1")] });
  const watching = spawn(process.execPath, [BIN, "status", "--watch"], {
    cwd: folder,
    env: emptyEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaint = "";
  watching.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  await once(watching.stdout, "data");
  watching.stdout.destroy();
  // It notices when it has something to say.
  await server.call("plan_update", { plan: "p", action: "pause" });
  const [code] = await once(watching, "exit");
  expect([code, complaint]).toEqual([0, ""]);
});

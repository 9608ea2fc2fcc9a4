import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { task } from "../support/checkout.ts";
import { expectFindings } from "../support/doctor-findings.ts";
import { Installation } from "../support/doctor-installation.ts";
import { query, tamper } from "../support/graph-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Leaves the database as one file, as the last process does that closes it. */
function takeLogIn(graph: string): void {
  tamper(graph, "pragma wal_checkpoint(truncate)");
  expect(existsSync(`${graph}-wal`)).toBe(false);
}

describe("the database", () => {
  it("parallel doctor finds that the database is damaged", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    takeLogIn(installation.graph);
    const [index] = query(
      installation.graph,
      "select (rootpage - 1) * page_size as place from sqlite_schema, pragma_page_size where type = 'index' limit 1",
    );
    const file = openSync(installation.graph, "r+");
    writeSync(file, Buffer.alloc(1000, 7), 0, 1000, Number(index?.place));
    closeSync(file);
    await expectFindings(installation, [
      [
        "Database",
        "wrong",
        /task graph .*graph\.sqlite is damaged/,
        /moving it \(with its -wal and -shm files\)/,
      ],
    ]);
  });

  it("parallel doctor finds that the database is something else", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    takeLogIn(installation.graph);
    writeFileSync(installation.graph, "Not a database, but long enough to look like one. ".repeat(100));
    await expectFindings(installation, [
      ["Database", "wrong", /is damaged: file is not a database/, /moving it/],
    ]);
  });

  it("parallel doctor finds that a newer version made the database", async () => {
    const installation = await Installation.healthy();
    await installation.runAPlan();
    tamper(installation.graph, "update meta set value = '2.0' where key = 'schema'");
    await expectFindings(installation, [
      [
        "Database",
        "wrong",
        /written by version 2\.x of this plugin; this is 1\.x/,
        /claude plugin update parallel/,
      ],
    ]);
  });

  it.runIf(process.platform !== "win32")(
    "parallel doctor finds that other users can read the database",
    async () => {
      const installation = await Installation.healthy();
      await installation.runAPlan();
      chmodSync(installation.graph, 0o644);
      chmodSync(dirname(installation.graph), 0o755);
      await expectFindings(installation, [
        ["Database", "wrong", /can reach .*\/parallel \(mode 755\)/, /^chmod 700 /],
        ["Database", "wrong", /can reach .*graph\.sqlite \(mode 644\)/, /^chmod 600 /],
      ]);
    },
  );

  it.runIf(process.getuid?.() === 0)(
    "parallel doctor finds that another user made the database",
    async () => {
      const installation = await Installation.healthy();
      await installation.runAPlan();
      installation.giveTo(65534);
      chownSync(dirname(installation.graph), 0, 0);
      const remedy = /Give it to the user who runs Claude Code/;
      await expectFindings(installation, [
        ["Database", "wrong", /may not read and write .*\.git\/parallel \(EACCES\)/, remedy],
      ]);
      installation.giveTo(65534);
      chownSync(installation.graph, 0, 0);
      await expectFindings(installation, [
        ["Database", "wrong", /may not read and write .*graph\.sqlite \(EACCES\)/, remedy],
      ]);
    },
  );

  it("parallel doctor finds that the database's log was left behind alone", async () => {
    const installation = await Installation.healthy();
    const server = await installation.server();
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    server.kill();
    renameSync(installation.graph, join(installation.home, "moved.sqlite"));
    await expectFindings(installation, [
      [
        "Database",
        "wrong",
        /-wal holds the last changes .* graph\.sqlite is not there/,
        /Move the database back/,
      ],
    ]);
  });

  it("parallel doctor finds nothing wrong with a database without its index, and reads its log without making files", async () => {
    const installation = await Installation.healthy();
    const server = await installation.server();
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    await server.call("plan_update", { plan: "p", action: "pause" });
    const folder = dirname(installation.graph);
    const crashed = temporaryFolder();
    for (const suffix of ["", "-wal"])
      copyFileSync(`${installation.graph}${suffix}`, join(crashed, `graph.sqlite${suffix}`));
    await server.close();
    rmSync(folder, { recursive: true });
    cpSync(crashed, folder, { recursive: true });
    chmodSync(folder, 0o700);
    const before = installation.files();
    await expectFindings(installation, [["Plans", "notice", /plan p is paused/, /resume it/]]);
    expect(installation.files()).toEqual(before);
  });
});

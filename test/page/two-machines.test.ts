import { describe, expect, it, onTestFinished } from "vitest";
import { stopPostgresAfterAll } from "../store/databases.ts";
import { put, task } from "../support/checkout.ts";
import { clones } from "../support/clones.ts";
import { git } from "../support/git.ts";
import { isLong } from "../support/long-tests.ts";
import { fromOutside, onMachine } from "../support/other-machine.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";
import { type Claimed, claimNow, done, startBundle } from "../support/worktrees.ts";
import { hasNoBrowser, pageTests, picture } from "./browser.ts";
import { serve } from "./serve-process.ts";

/** `test/serve/machines.test.ts` tries it without machines of their own and without a browser. */
describe.skipIf(hasNoBrowser || !isLong)("a plan of two machines", () => {
  stopPostgresAfterAll();
  const { open } = pageTests();

  it("is on one page of either, with what each is doing and has done as it happens", async () => {
    const { folders, remote, env } = await clones();
    const url = env.PARALLEL_DATABASE_URL;
    const ada = onMachine("ada", "shared");
    const [here, there] = await Promise.all([
      startBundle(folders[0], { launcher: ada, env: { PARALLEL_DATABASE_URL: url } }),
      startBundle(folders[1], {
        launcher: onMachine("grace", "own"),
        env: { PARALLEL_DATABASE_URL: await fromOutside(url) },
      }),
    ]);
    const tasks = [task("1"), task("2"), task("3", { dependencies: ["1", "2"] })];
    await here.call("plan_create", { plan: "p", tasks, policy: { review: "off", isolation: "worktree" } });
    const served = await serve(folders[0], { ...emptyEnvironment(), PARALLEL_DATABASE_URL: url }, 0, ada);
    onTestFinished(() => served.kill());
    const { page, faults } = await open(served.link);
    onTestFinished(() => page.context().close());
    await page.goto(`${new URL(page.url()).origin}/#/p`);
    const row = (id: string) => page.locator(`.row[data-task="${id}"]`);
    await expect.poll(() => row("1").textContent()).toContain("Do 1");

    const work = async (server: typeof here, claimed: Claimed, file: string) => {
      put(claimed.folder, { [file]: `export const made = "${claimed.id}";\n` });
      await done(server, claimed, { filesChanged: [file] });
    };
    const one = await claimNow(here, "p", "p/1");
    const two = await claimNow(there, "p", "p/2");
    await expect.poll(() => row("1").textContent()).toContain("ada");
    await expect.poll(() => row("2").textContent()).toContain("grace");
    await expect.poll(() => page.getByText("on 2 machines").count()).toBe(1);
    await picture(page, "two-machines");
    await work(there, two, "src/2.ts");
    await work(here, one, "src/1.ts");
    await expect.poll(() => page.getByText("2 of 3 done").count()).toBe(1);
    await work(there, await claimNow(there, "p", "p/3"), "src/3.ts");
    await expect.poll(() => page.getByText("3 of 3 done").count()).toBe(1);
    await row("3").click();
    await expect.poll(() => page.locator(".side").textContent()).toContain("grace");
    await picture(page, "two-machines-end");
    expect((await git(remote, "ls-tree", "-r", "--name-only", "refs/parallel/p")).split("\n")).toEqual(
      expect.arrayContaining(["src/1.ts", "src/2.ts", "src/3.ts"]),
    );
    expect(faults).toEqual([]);
  });
});

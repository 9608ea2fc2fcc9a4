import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { CHECKOUT } from "../plugin/checkout.ts";
import { freshDatabase, stopPostgresAfterAll } from "../store/databases.ts";
import { GitDaemon } from "../stress/machines/git-daemon.ts";
import { Container, hasContainers } from "../support/container.ts";
import { isLong } from "../support/long-tests.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import {
  bareRepository,
  drainSecondsIn,
  expectOnBranch,
  inRecipe,
  Models,
  workerImage,
} from "./surroundings.ts";

/** Nothing but what hangs takes so long. */
const PATIENCE = { timeout: 480_000, interval: 500 };
/** Where the end of it is waited for, agents have so long to finish, in seconds, instead of what the Job says. */
const SHORT_DRAIN = 30;

/** A container of a pod, as a manifest describes it. */
interface Described {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
  }[];
}

/** What `parallel status --json` says of the plan. */
interface Status {
  readonly counts: Readonly<Record<string, number>>;
  readonly interrupted: readonly unknown[];
  readonly done: boolean;
  readonly machines?: readonly {
    readonly machine: string;
    readonly state: string;
    readonly runs: readonly string[];
  }[];
}

const { terminationGracePeriodSeconds: graceSeconds, containers } =
  inRecipe("kubernetes-job.yaml").spec.template.spec;
const [described] = containers as [Described];
const slots = Number(/--agents claude=(\d+)/.exec(described.args.join(" "))?.[1]);

/** The environment that the Job gives its containers. */
function environmentWith(secrets: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const entries = described.env.map(({ name, value, valueFrom }): [string, string] => {
    const { name: secret = "", key = "" } = valueFrom?.secretKeyRef ?? {};
    const given = value ?? secrets[secret]?.[key];
    if (given === undefined) throw new Error(`${name} has no value`);
    return [name, given];
  });
  return Object.fromEntries(entries);
}

/**
 * A cluster with the Job's secrets, a database, the git server at the address that the Job names, and somebody who looks.
 * @param more environment of all containers.
 */
async function cluster(more: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  const bare = await bareRepository(folder);
  const daemon = await GitDaemon.start(dirname(bare));
  onTestFinished(() => daemon.stop());
  const models = new Models();
  const endpoint = await models.listen();
  const { url } = await freshDatabase("postgres");
  const address = described.env.find(({ name }) => name === "REPOSITORY")?.value;
  const reached = `[url "git://127.0.0.1:${daemon.port}/shop.git"]\n\tinsteadOf = ${address}\n`;
  const image = (name: string) => workerImage({ folder, endpoint }, name, reached);

  const looker = image("looker");
  const key = looker.env.ANTHROPIC_API_KEY ?? "";
  const given = environmentWith({ parallel: { "database-url": url, "anthropic-api-key": key } });
  const as = { cwd: looker.home, env: { ...looker.env, ...given, ...more }, extendEnv: false, reject: false };
  await execa("git", ["clone", "--quiet", String(address), "work"], { ...as, reject: true });
  const status = async (): Promise<Status> => {
    const { stdout } = await execa("parallel", ["status", "--json"], {
      ...as,
      cwd: join(looker.home, "work"),
    });
    const [plan] = JSON.parse(stdout) as Status[];
    if (!plan) throw new Error("there is no plan yet");
    return plan;
  };

  /** Starts a pod's container. @param change what the test has otherwise than the file. */
  const pod = (name: string, change = (argument: string) => argument) => {
    const { home, env } = image(name);
    const own = join(folder, name, "container");
    mkdirSync(own);
    const container = new Container({
      ...{ hostname: name, folder: own, workingFolder: home },
      env: { ...env, ...given, ...more },
      command: [...described.command, ...described.args.map(change)],
      volumes: [
        [home, home],
        [CHECKOUT, CHECKOUT],
      ],
    });
    onTestFinished(() => container.kill());
    return container;
  };

  /** Waits until the pod works at as many tasks as it has slots. @returns them. */
  const untilAtWork = async (name: string): Promise<readonly string[]> => {
    let runs: readonly string[] = [];
    await vi.waitFor(async () => {
      const { machines = [] } = await status();
      runs = machines.find(({ machine }) => machine === name)?.runs ?? [];
      expect(runs).toHaveLength(slots);
      expect(models.asked).toEqual(expect.arrayContaining([...runs]));
    }, PATIENCE);
    return runs;
  };

  /** Asks the pod to end, as Kubernetes does when it is to go. @returns when it is known to drain. */
  const askToEnd = async (container: Container, name: string) => {
    await container.signal("SIGTERM");
    await vi.waitFor(
      async () =>
        expect((await status()).machines).toContainEqual(
          expect.objectContaining({ machine: name, state: "draining" }),
        ),
      PATIENCE,
    );
  };
  return { bare, models, status, pod, untilAtWork, askToEnd };
}

/**
 * What is left of a plan that nobody works at, and of which nothing is held.
 * @param handedBack a task that is to be done again.
 */
function atRest(completed: number, handedBack?: string) {
  const counts = expect.objectContaining({ completed, running: 0, delivering: 0, failed: 0 });
  const cause = "to be tried again after attempt 1 was lost";
  const interrupted = handedBack === undefined ? [] : [{ task: handedBack.replace("shop/", ""), cause }];
  return expect.objectContaining({ counts, interrupted });
}

describe.skipIf(!hasContainers())("a pod of the Kubernetes Job", () => {
  stopPostgresAfterAll();

  it("lets its agents finish after SIGTERM, takes nothing new, and ends within its grace period, with what they did on the branch", async () => {
    const { bare, models, status, pod, untilAtWork, askToEnd } = await cluster();
    models.mayGoOn = () => false;
    const first = pod("shop-1");
    const runs = await untilAtWork("shop-1");
    const beganMs = performance.now();
    await askToEnd(first, "shop-1");
    models.mayGoOn = () => true;
    expect(await first.ended, first.said).toBe(130);
    expect(performance.now() - beganMs).toBeLessThan(graceSeconds * 1_000);
    expect([...models.asked].sort()).toEqual([...runs].sort());
    const left = await status();
    expect(left).toEqual(atRest(runs.length));
    expect(left).not.toHaveProperty("machines");
    await expectOnBranch(bare, runs);
  });

  it.runIf(isLong)(
    "hands back what its agents do not finish, loses nothing when it is killed, and the pods after it complete the plan",
    async () => {
      // A pod that was killed is missed by the end of its leases alone.
      const { bare, models, status, pod, untilAtWork, askToEnd } = await cluster({
        PARALLEL_LEASE_MINUTES: "1",
      });
      models.mayGoOn = () => false;
      const first = pod("shop-1", (argument) =>
        argument.replace(/(?<=--drain-seconds )\d+/, String(SHORT_DRAIN)),
      );
      const [finished, unfinished] = await untilAtWork("shop-1");
      const beganMs = performance.now();
      await askToEnd(first, "shop-1");
      models.mayGoOn = (task) => task === finished;
      expect(await first.ended, first.said).toBe(130);
      const afterDrain = (performance.now() - beganMs) / 1_000 - SHORT_DRAIN;
      expect(afterDrain).toBeGreaterThan(0);
      expect(afterDrain).toBeLessThan(graceSeconds - drainSecondsIn(described.args.join(" ")));
      expect([...models.asked].sort()).toEqual([finished, unfinished].sort());
      expect(await status(), first.said).toEqual(atRest(1, unfinished));

      // What Kubernetes ends itself when the grace period is over.
      models.asked.length = 0;
      const second = pod("shop-2");
      expect(await untilAtWork("shop-2")).toContain(unfinished);
      await askToEnd(second, "shop-2");
      await second.kill();

      models.mayGoOn = () => true;
      const third = pod("shop-3");
      expect(await third.ended, third.said).toBe(0);
      const end = await status();
      expect(end).toMatchObject({ done: true, counts: { failed: 0, pending: 0 } });
      expect(end.counts.completed).toBe(end.counts.total);
      await expectOnBranch(bare);
    },
  );
});

import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { CHECKOUT } from "../plugin/checkout.ts";
import { completeInstallation } from "../store/postgres-server.ts";
import { Container, hasContainers } from "../support/container.ts";
import { isLong } from "../support/long-tests.ts";
import { type Attached, Bridge } from "../support/network-namespace.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { inOrder, type Service, secondsOf, servicesIn } from "./compose.ts";
import {
  bareRepository,
  drainSecondsIn,
  expectOnBranch,
  Models,
  recipe,
  workerImage,
} from "./surroundings.ts";

/** Nothing but what hangs takes so long. */
const PATIENCE = { timeout: 480_000, interval: 500 };
const KEY = "sk-ant-dummy-key-0123456789abcdefghij";
/** What whoever calls Compose has set. */
const SET = { DATABASE_PASSWORD: "s3cret-of-the-tests", ANTHROPIC_API_KEY: KEY };
/** PostgreSQL does not run as root, and neither does its image. */
const NOBODY = 65_534;
/** Whose the project's repository is on the machine of whoever calls Compose. */
const USER = 1_000;

/** What the entrypoint of PostgreSQL's image does with its environment, in short. */
const POSTGRES = `
data=/var/lib/postgresql/data
as="setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups"
chown ${NOBODY} "$data"
chmod 700 "$data"
printf '%s' "$POSTGRES_PASSWORD" > /run/password
$as initdb --pgdata="$data" --username="$POSTGRES_USER" --pwfile=/run/password --auth=scram-sha-256 --encoding=UTF8 --locale=C
echo 'host all all all scram-sha-256' >> "$data/pg_hba.conf"
echo "create database \\"$POSTGRES_USER\\"" | $as postgres --single -D "$data" postgres
exec $as postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=`;

/** What an image brings to its containers: what of it is not in the Compose file. */
interface Image {
  readonly workingFolder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly volumes: readonly (readonly [string, string])[];
}

/** What Compose makes of the file, and what its images bring. */
class Project {
  readonly models = new Models();
  readonly #services = servicesIn(recipe("compose.yaml"), SET);
  readonly #folder = temporaryFolder();
  readonly #bridge = new Bridge();
  readonly #addresses = new Map<string, Attached[]>();
  readonly #containers = new Map<string, Container[]>();
  #endpoint = "";

  constructor() {
    onTestFinished(async () => {
      for (const container of [...this.#containers.values()].flat()) await container.kill();
      this.#bridge.remove();
    });
  }

  containersOf(service: string): readonly Container[] {
    return this.#containers.get(service) ?? [];
  }

  /** The folder that lies beside the Compose file, with the project's bare repository. */
  async makeRepositories(): Promise<string> {
    const repositories = join(this.#folder, "repositories");
    mkdirSync(repositories);
    const bare = await bareRepository(repositories);
    for (const path of ["", ...readdirSync(bare, { recursive: true, encoding: "utf8" })])
      chownSync(join(bare, path), USER, USER);
    return bare;
  }

  /** As `docker compose up` does: one service after the other, by what each depends on. */
  async up(): Promise<void> {
    this.#endpoint = await this.models.listen(this.#bridge.outside);
    const order = inOrder(this.#services);
    for (const name of order) {
      const replicas = this.#service(name).deploy?.replicas ?? 1;
      this.#addresses.set(
        name,
        Array.from({ length: replicas }, () => this.#bridge.attach()),
      );
    }
    for (const name of order) {
      for (const [before, { condition }] of Object.entries(this.#service(name).depends_on ?? {}))
        if (condition === "service_healthy") await this.#untilHealthy(before);
      const networks = this.#addresses.get(name) ?? [];
      this.#containers.set(
        name,
        networks.map((network, i) => this.#start(name, i, network)),
      );
    }
  }

  #service(name: string): Service {
    const service = this.#services[name];
    if (!service) throw new Error(`there is no service ${name}`);
    return service;
  }

  #start(name: string, number: number, network: Attached): Container {
    const service = this.#service(name);
    const own = `${name}-${number + 1}`;
    const folder = join(this.#folder, own);
    mkdirSync(folder);
    const image = this.#image(name, own);
    const command = [...(service.entrypoint ?? []), ...(service.command ?? image.command ?? [])];
    // As a container runtime does without being told a name.
    const hostname = randomBytes(6).toString("hex");
    return new Container({
      ...{ hostname, folder, network, command },
      workingFolder: image.workingFolder,
      env: { ...image.env, ...service.environment },
      hosts: this.#hosts(),
      volumes: [...image.volumes, ...(service.volumes ?? []).map((text) => this.#volume(text))],
    });
  }

  /** The names of services, as each container finds them. */
  #hosts(): string {
    const lines = [...this.#addresses].flatMap(([name, all]) =>
      all.map(({ address }) => `${address} ${name}`),
    );
    return `127.0.0.1 localhost\n${lines.join("\n")}\n`;
  }

  /** A folder beside the Compose file, or a volume with a name. */
  #volume(text: string): readonly [string, string] {
    const [from = "", to = ""] = text.split(":");
    const folder = from.startsWith(".") ? join(this.#folder, from) : join(this.#folder, "volumes", from);
    mkdirSync(folder, { recursive: true });
    return [folder, to];
  }

  /** @param container its name, which is that of its folder too. */
  #image(service: string, container: string): Image {
    const { image, build } = this.#service(service);
    const folder = this.#folder;
    const repository = [CHECKOUT, CHECKOUT] as const;
    const PATH = process.env.PATH ?? "";
    if (build !== undefined) {
      const { home, env } = workerImage({ folder, endpoint: this.#endpoint }, container);
      return { env, workingFolder: home, volumes: [repository, [home, home]] };
    }
    if (image?.startsWith("alpine/git:")) return { env: { PATH }, workingFolder: "/", volumes: [] };
    if (!image?.startsWith("postgres:")) throw new Error(`the image ${image} is not known here`);
    const programs = join(folder, container, "bin");
    mkdirSync(programs);
    const script = join(import.meta.dirname, "pg-isready.mjs");
    writeFileSync(join(programs, "pg_isready"), `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
    chmodSync(join(programs, "pg_isready"), 0o755);
    return {
      env: { PATH: [programs, completeInstallation(), PATH].join(delimiter) },
      ...{ workingFolder: "/", command: ["sh", "-e", "-c", POSTGRES] },
      volumes: [repository, [programs, programs]],
    };
  }

  async #untilHealthy(name: string): Promise<void> {
    const { healthcheck } = this.#service(name);
    const [container] = this.containersOf(name);
    if (!healthcheck || !container) throw new Error(`nobody can tell whether ${name} is healthy`);
    const [, command] = healthcheck.test;
    for (let tries = 0; tries < healthcheck.retries; tries++) {
      if ((await container.run("sh", "-c", command)).code === 0) return;
      await sleep(secondsOf(healthcheck.interval) * 1_000);
    }
    throw new Error(`${name} does not become healthy: ${container.said}`);
  }
}

describe("the Compose file", () => {
  const services = servicesIn(recipe("compose.yaml"), SET);
  const { worker } = services;

  it("names services of its own only, and gives the command of its workers what that asks for", () => {
    const command = worker?.command?.join(" ") ?? "";
    const [, git] = /git:\/\/([^/]+)\//.exec(command) ?? [];
    const { hostname } = new URL(worker?.environment?.PARALLEL_DATABASE_URL ?? "");
    expect(Object.keys(services)).toEqual(expect.arrayContaining([git, hostname]));
    expect(Object.keys(worker?.depends_on ?? {}).sort()).toEqual([hostname, git].sort());
    const asked = [...command.matchAll(/\$(\w+)/g)].map(([, name]) => name);
    expect(asked).toEqual(["AGENTS"]);
    expect(worker?.environment).toMatchObject({ AGENTS: "claude=2", ANTHROPIC_API_KEY: KEY });
    expect(() => servicesIn(recipe("compose.yaml"), {})).toThrow("DATABASE_PASSWORD: set it");
  });

  it("gives its workers longer than they take to drain", () => {
    const drain = drainSecondsIn(worker?.command?.join(" ") ?? "");
    expect(secondsOf(worker?.stop_grace_period ?? "")).toBeGreaterThan(drain);
  });
});

describe.runIf(isLong && hasContainers())("the Compose file, run", () => {
  it("three workers beside a database and a git server, each in namespaces of its own, complete the plan, and its branch holds every change", async () => {
    const project = new Project();
    const bare = await project.makeRepositories();
    // Until all machines have been seen at work.
    project.models.mayGoOn = () => false;
    await project.up();
    const workers = project.containersOf("worker");
    expect(workers).toHaveLength(3);
    const names = workers.map(({ parts }) => parts.hostname).sort();
    const [looker] = workers;
    const status = async (...more: string[]) =>
      (await looker?.run("parallel", "status", ...more))?.stdout ?? "";
    await vi.waitFor(async () => {
      for (const { isRunning, said } of workers) expect(isRunning, said).toBe(true);
      const [{ machines }] = JSON.parse(await status("--json"));
      const atWork = machines.filter(({ runs }: { runs: string[] }) => runs.length > 0);
      expect(atWork.map(({ machine }: { machine: string }) => machine).sort()).toEqual(names);
    }, PATIENCE);
    const page = await status();
    for (const name of names) expect(page).toContain(name);
    project.models.mayGoOn = () => true;
    const ends = await Promise.all(workers.map(({ ended }) => ended));
    expect(ends, workers.map(({ said }) => said).join("\n")).toEqual([0, 0, 0]);
    await expectOnBranch(bare);
  });
});

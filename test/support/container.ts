import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { descendantsOf } from "../e2e/harness/processes.ts";
import type { Attached } from "./network-namespace.ts";

/** What a container is made of. What is absent it shares with this machine. */
export interface ContainerParts {
  /** As its processes see the name of their machine. */
  readonly hostname: string;
  /** A folder of this machine's that the container may fill. */
  readonly folder: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where its first process begins. */
  readonly workingFolder: string;
  readonly command: readonly string[];
  readonly network?: Attached;
  /** What names stand for, in the form of `/etc/hosts`. */
  readonly hosts?: string;
  /** Folders of this machine, and where they are seen. What is written anywhere else is gone with the container. */
  readonly volumes: readonly (readonly [from: string, to: string])[];
}

/**
 * Of its arguments: the folder, the hostname, the file of hosts, the working folder, pairs of volumes up to `--`, and the
 * command. Its first process is that of the command, which is number 1 there, as in every container.
 */
const BEGIN = `set -e
own=$1 name=$2 hosts=$3 start=$4
shift 4
hostname "$name"
mount -t tmpfs tmpfs "$own"
mkdir "$own/upper" "$own/work" "$own/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$own/upper,workdir=$own/work" "$own/root"
for shared in /proc /sys /dev; do mount --rbind "$shared" "$own/root$shared"; done
if [ -n "$hosts" ]; then cp "$hosts" "$own/root/etc/hosts"; fi
while [ "$1" != -- ]; do
  mkdir -p "$own/root$2"
  mount --rbind "$1" "$own/root$2"
  shift 2
done
exec chroot "$own/root" sh -e -c 'cd "$0" && shift && exec "$@"' "$start" "$@"`;

/** What stands before a command that has a machine's name and processes of its own, and ends with what `unshare` starts. */
export function ownProcesses(): [string, ...string[]] {
  const asRoot = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const own = ["--uts", "--pid", "--mount-proc", "--fork", "--kill-child"];
  return ["unshare", ...asRoot, ...own];
}

/** Whether containers can be made here: it takes Linux, and root or namespaces for everybody. */
export function hasContainers(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "parallel-container-"));
  try {
    const parts = { hostname: "tried", folder, env: {}, workingFolder: "/", command: ["true"], volumes: [] };
    const [program, ...parameters] = commandOf(parts);
    return spawnSync(program, parameters).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A program in namespaces of Linux, as a container runtime starts one. */
export class Container {
  /** What it has printed. */
  said = "";
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(readonly parts: ContainerParts) {
    const [program, ...parameters] = commandOf(parts);
    const child = spawn(program, parameters, { env: parts.env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.said += text;
      });
    this.#child = child;
    this.ended = once(child, "close").then(([code]) => code as number | null);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Runs a program in it, beside its first process and where that is. */
  async run(...command: readonly string[]): Promise<{ code: number | undefined; stdout: string }> {
    const kinds = ["--uts", "--pid", "--mount", "--root", "--wd"];
    const inside = ["nsenter", "--target", String(await this.#first()), ...kinds, ...command];
    const { env, network } = this.parts;
    const [program = "", ...parameters] = network?.command(inside) ?? inside;
    const { exitCode, stdout } = await execa(program, parameters, { env, extendEnv: false, reject: false });
    return { code: exitCode, stdout };
  }

  /** Sends a signal to its first process, as container runtimes do when it is to end. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    process.kill(await this.#first(), signal);
  }

  async #first(): Promise<number> {
    while (this.isRunning) {
      const [first] = await descendantsOf(this.#child.pid ?? 0);
      if (first !== undefined) return first;
    }
    throw new Error(`${this.parts.hostname} has ended: ${this.said}`);
  }

  /** Nothing of it is left. */
  async kill(): Promise<void> {
    // Whoever changes its user is not told of the death of what has started it.
    if (this.isRunning) await this.signal("SIGKILL");
    await this.ended;
  }
}

function commandOf(parts: ContainerParts): [string, ...string[]] {
  const { hostname, folder, workingFolder, command, network, hosts, volumes } = parts;
  const own = join(folder, "own");
  mkdirSync(own, { recursive: true });
  const file = hosts === undefined ? "" : join(folder, "hosts");
  if (hosts !== undefined) writeFileSync(file, hosts);
  const given = [own, hostname, file, workingFolder, ...volumes.flat(), "--", ...command];
  const whole: [string, ...string[]] = [...ownProcesses(), "sh", "-c", BEGIN, "sh", ...given];
  return network?.command(whole) ?? whole;
}

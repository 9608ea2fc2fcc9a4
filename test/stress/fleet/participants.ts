import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../client-processes.ts";
import type { Machine } from "../machines/machine.ts";
import type { Random } from "../random.ts";

/** A `parallel run` or a `parallel worker` on one of the machines. */
export interface Participant {
  readonly machine: Machine;
  /** Of the command line, from `run` or `worker` on. */
  readonly parameters: readonly string[];
}

interface Life {
  readonly child: ChildProcess;
  /** How often this participant was started, this time included. */
  readonly number: number;
  mayEnd: boolean;
}

/** Whoever is told to go, or lost its runner, hangs if it is there after this long. */
const GONE_WITHIN_MS = 120_000;
/** Whoever was killed is started again after so long at most. */
const MAX_AWAY_MS = 4_000;
/** What a runner prints that is at work. */
const AT_WORK = / is given to |^Taking part/m;
/** What `parallel run` may end with by itself: all is completed, or something failed or is left. */
const ENDS_OF_RUNS = [0, 1];

/** The runners of a fleet: started again whenever they were killed, until they may go. */
export class Participants {
  /** What should not have happened to them. */
  readonly problems: string[] = [];
  /** The processes of runners that were killed, or have ended. */
  readonly ended = new Set<number>();
  readonly #lives = new Map<Participant, Life>();
  readonly #returning = new Set<Promise<void>>();
  #leaving = false;

  /**
   * @param program the command line's.
   * @param output a folder for what they print, in which each life of each has its files.
   */
  constructor(
    readonly participants: readonly Participant[],
    private readonly program: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly output: string,
    private readonly random: Random,
  ) {}

  start(): void {
    for (const participant of this.participants) this.#start(participant, 1);
  }

  /** Kills the runner alone: its agents are left behind. */
  kill(participant: Participant): void {
    const life = this.#lives.get(participant);
    if (!life) return;
    life.mayEnd = true;
    life.child.kill("SIGKILL");
  }

  /** Kills all that runs on the participant's machine, as somebody does who pulls its plug. */
  killMachine(participant: Participant): void {
    for (const one of this.participants) {
      const life = this.#lives.get(one);
      if (life && one.machine.name === participant.machine.name) life.mayEnd = true;
    }
    for (const pid of this.#processesOn(participant.machine)) quietlyKill(pid, "SIGKILL");
  }

  /** Has them end what they have begun, and go. Nothing of theirs is left then. */
  async leave(): Promise<void> {
    this.#leaving = true;
    await Promise.all(this.#returning);
    for (const life of this.#lives.values()) {
      life.mayEnd = true;
      life.child.kill("SIGTERM");
    }
    await this.#gone("a runner did not leave", () => this.#lives.size === 0);
    for (const { machine } of this.participants) {
      const left = () => this.#processesOn(machine).filter(isAlive);
      await this.#gone(`something of ${machine.name} outlived its runners`, () => left().length === 0);
    }
  }

  killAll(): void {
    this.#leaving = true;
    for (const participant of this.participants) this.killMachine(participant);
  }

  /** All that they printed to their output. */
  said(): string {
    const names = readdirSync(this.output).filter((name) => name.endsWith(".out"));
    return names.map((name) => readFileSync(join(this.output, name), "utf8")).join("");
  }

  /** Of this fleet alone: others may have machines of the same name. */
  #processesOn({ name }: Machine): number[] {
    const own = Object.entries({ ...this.env, MACHINE_NAME: name });
    return processesWith(own.map(([variable, value]) => `${variable}=${value}`));
  }

  #start(participant: Participant, number: number): void {
    const { machine, parameters } = participant;
    const name = join(this.output, `${this.participants.indexOf(participant) + 1}-${number}`);
    const files = [openSync(`${name}.out`, "a"), openSync(`${name}.err`, "a")] as const;
    const [program, ...all] = machine.network.command(process.execPath, [this.program, ...parameters]);
    const child = spawn(program, all, {
      cwd: machine.checkout,
      env: { ...machine.env, ...this.env },
      stdio: ["ignore", ...files],
    });
    for (const file of files) closeSync(file);
    const life: Life = { child, number, mayEnd: false };
    this.#lives.set(participant, life);
    child.once("exit", (code, signal) => {
      this.#lives.delete(participant);
      this.ended.add(Number(child.pid));
      const isOver = parameters[0] === "run" && ENDS_OF_RUNS.includes(code ?? -1);
      const said = readFileSync(`${name}.err`, "utf8").slice(-1_000);
      // Whoever cannot begin says so and ends; what has started it, as systemd does, starts it again.
      const couldNotBegin =
        said.includes("cannot be reached") && !AT_WORK.test(readFileSync(`${name}.out`, "utf8"));
      if (!life.mayEnd && !isOver && !couldNotBegin) {
        this.problems.push(`${parameters[0]} ended by itself with ${code ?? signal}: ${said}`);
      }
      if (this.#leaving) return;
      const returning = this.#return(participant, number + 1).finally(() =>
        this.#returning.delete(returning),
      );
      this.#returning.add(returning);
    });
  }

  async #return(participant: Participant, number: number): Promise<void> {
    await sleep(MAX_AWAY_MS / 2 + (MAX_AWAY_MS / 2) * this.random.next());
    if (!this.#leaving) this.#start(participant, number);
  }

  async #gone(otherwise: string, isGone: () => boolean): Promise<void> {
    const end = performance.now() + GONE_WITHIN_MS;
    while (!isGone()) {
      if (performance.now() > end) {
        this.problems.push(`${otherwise} within ${GONE_WITHIN_MS / 1_000} s`);
        return;
      }
      await sleep(100);
    }
  }
}

/** The processes whose environment has all of these entries. */
function processesWith(entries: readonly string[]): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const environment = `\0${readFileSync(`/proc/${name}/environ`, "latin1")}`;
      return entries.every((entry) => environment.includes(`\0${entry}\0`)) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function quietlyKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

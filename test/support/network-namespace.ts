import { execFileSync } from "node:child_process";

/** A network of its own for one machine or container. */
export interface Attached {
  /** Its address there. */
  readonly address: string;
  /** What starts a command in it. */
  command(command: readonly string[]): [string, ...string[]];
}

const ip = (...parameters: string[]) => execFileSync("ip", parameters, { stdio: "pipe" });

/** Removes what can be removed of devices and namespaces: some were never made, some went with others. */
function quietlyRemove(...all: readonly (readonly string[])[]): void {
  for (const what of all) {
    try {
      ip(...what);
    } catch {
      // It is not there.
    }
  }
}

/** The second and third number of addresses that only this process uses, and so many of the second in use. */
function numbersOfThisProcess(from: number, count: number): readonly [number, number] {
  return [from + ((process.pid >> 8) % count), process.pid & 255];
}

function enter(name: string): Attached["command"] {
  return (command) => ["ip", "netns", "exec", name, ...command];
}

/**
 * A network for one machine, which reaches nothing but one address of this machine's.
 * @param number of the machine, from 1 to 63.
 * @returns undefined where this process may not make one: it takes root and Linux.
 */
export function pointToPoint(number: number): (Attached & { outside: string; remove(): void }) | undefined {
  const name = `parallel-${process.pid}-${number}`;
  const [high, low] = numbersOfThisProcess(64, 128);
  const address = (last: number) => `10.${high}.${low}.${number * 4 + last}`;
  const [outside, inside] = [`po${process.pid}-${number}`, `pi${process.pid}-${number}`];
  const remove = () => quietlyRemove(["link", "del", outside], ["netns", "del", name]);
  try {
    ip("netns", "add", name);
    ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name);
    ip("address", "add", `${address(1)}/30`, "dev", outside);
    ip("link", "set", outside, "up");
    up(name, inside, `${address(2)}/30`);
  } catch {
    remove();
    return undefined;
  }
  return { outside: address(1), address: address(2), command: enter(name), remove };
}

/** A network of several, as a bridge of a container runtime makes it: they reach each other and this process alone. */
export class Bridge {
  readonly #names: string[] = [];
  readonly #switch = `parallel-${process.pid}-switch`;
  readonly #outside = `pb${process.pid}`;

  /** @throws where this process may not make one: it takes root and Linux. */
  constructor() {
    try {
      // In a namespace, so that no rules of this machine's firewall hold there.
      this.#add(this.#switch);
      ip("-netns", this.#switch, "link", "add", "bridge", "type", "bridge");
      ip("-netns", this.#switch, "link", "set", "bridge", "up");
      ip("link", "add", this.#outside, "type", "veth", "peer", "name", "outside", "netns", this.#switch);
      ip("address", "add", `${this.outside}/24`, "dev", this.#outside);
      ip("link", "set", this.#outside, "up");
      ip("-netns", this.#switch, "link", "set", "outside", "master", "bridge", "up");
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** The address of this process there. */
  get outside(): string {
    return this.#address(1);
  }

  /** One more that takes part. */
  attach(): Attached {
    const number = this.#names.length;
    const name = `parallel-${process.pid}-b${number}`;
    this.#add(name);
    const port = `port${number}`;
    ip("-netns", this.#switch, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", name);
    ip("-netns", this.#switch, "link", "set", port, "master", "bridge", "up");
    const address = this.#address(number + 1);
    up(name, "eth0", `${address}/24`);
    return { address, command: enter(name) };
  }

  remove(): void {
    quietlyRemove(["link", "del", this.#outside], ...this.#names.map((name) => ["netns", "del", name]));
  }

  #add(name: string): void {
    ip("netns", "add", name);
    this.#names.push(name);
  }

  #address(last: number): string {
    const [high, low] = numbersOfThisProcess(192, 64);
    return `10.${high}.${low}.${last}`;
  }
}

function up(namespace: string, device: string, address: string): void {
  ip("-netns", namespace, "address", "add", address, "dev", device);
  ip("-netns", namespace, "link", "set", device, "up");
  ip("-netns", namespace, "link", "set", "lo", "up");
}

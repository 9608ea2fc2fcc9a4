import { execFileSync } from "node:child_process";
import { LOOPBACK, type MachineNetwork } from "../machines/machine.ts";

/**
 * A network of its own for a machine: it reaches nothing but the address outside at which its proxies listen. Where
 * this process may not make one (it takes root and Linux), the machine is one by its processes alone.
 * @param machine its number, from 1 to 63.
 */
export function networkOf(machine: number): MachineNetwork {
  const name = `parallel-${process.pid}-${machine}`;
  // One /30 for each machine of each process.
  const [high, low] = [64 + ((process.pid >> 8) & 127), process.pid & 255];
  const address = (last: number) => `10.${high}.${low}.${machine * 4 + last}`;
  const [outside, inside] = [`po${process.pid}-${machine}`, `pi${process.pid}-${machine}`];
  const ip = (...parameters: string[]) => execFileSync("ip", parameters, { stdio: "pipe" });
  const remove = () => {
    for (const what of [
      ["link", "del", outside],
      ["netns", "del", name],
    ]) {
      try {
        ip(...what);
      } catch {
        // It was never made, or went with the other.
      }
    }
  };
  try {
    ip("netns", "add", name);
    ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name);
    ip("address", "add", `${address(1)}/30`, "dev", outside);
    ip("link", "set", outside, "up");
    ip("-netns", name, "address", "add", `${address(2)}/30`, "dev", inside);
    ip("-netns", name, "link", "set", inside, "up");
    ip("-netns", name, "link", "set", "lo", "up");
  } catch {
    remove();
    return LOOPBACK;
  }
  return {
    host: address(1),
    command: (program, parameters) => ["ip", "netns", "exec", name, program, ...parameters],
    remove: async () => remove(),
  };
}

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import type { Random } from "../random.ts";
import { FaultProxy } from "./fault-proxy.ts";

/** The address by which every machine knows the remote repository. */
const ORIGIN = "git://git.example.org/app.git";

const HOUR_MS = 3_600_000;

/** What the machines share. */
export interface Shared {
  /** The run's folder. */
  readonly folder: string;
  /** The repository under test. */
  readonly root: string;
  readonly databaseUrl: string;
  readonly gitPort: number;
}

/** How a machine reaches what is outside of it. */
export interface MachineNetwork {
  /** The address of the outside, where its proxies listen. */
  readonly host: string;
  /** What starts a program on the machine. */
  command(program: string, parameters: readonly string[]): readonly [program: string, ...string[]];
  remove(): Promise<void>;
}

/** A machine that is one by its processes alone: it shares the loopback device with the others. */
export const LOOPBACK: MachineNetwork = {
  host: "127.0.0.1",
  command: (program, parameters) => [program, ...parameters],
  remove: async () => undefined,
};

/** One of several machines: a clone, a home, a clock, and a bad network between it and what it shares with others. */
export interface Machine {
  readonly name: string;
  readonly checkout: string;
  readonly home: string;
  readonly network: MachineNetwork;
  readonly database: FaultProxy;
  readonly remote: FaultProxy;
  /** Of every process that runs there. */
  readonly env: NodeJS.ProcessEnv;
}

/** The clock of the first one is right, those of others are an hour and more before and after it. */
export async function machineOf(
  { folder, root, databaseUrl, gitPort }: Shared,
  number: number,
  random: Random,
  network: MachineNetwork = LOOPBACK,
): Promise<Machine> {
  const name = `machine-${number}`;
  const aheadMs = Math.floor(number / 2) * HOUR_MS * (number % 2 === 0 ? 1 : -1);
  const home = join(folder, name, "home");
  mkdirSync(home, { recursive: true });
  const url = new URL(databaseUrl);
  const database = await FaultProxy.start(
    { host: url.hostname, port: Number(url.port) },
    random,
    network.host,
  );
  const remote = await FaultProxy.start({ host: "127.0.0.1", port: gitPort }, random, network.host);
  url.host = `${network.host}:${database.port}`;
  const connection = join(home, "connect");
  writeFileSync(connection, connecting(network.host, remote.port));
  chmodSync(connection, 0o755);
  const settings = ["[user]", "name = T", "email = t@example.org", "[core]", `gitProxy = ${connection}`];
  writeFileSync(join(home, ".gitconfig"), `${settings.join("\n")}\n`);
  const preload = pathToFileURL(join(root, "test", "stress", "machines", "other-machine.mjs"));
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    NODE_OPTIONS: `--import=${preload.href}`,
    MACHINE_NAME: name,
    MACHINE_AHEAD_MS: String(aheadMs),
    PARALLEL_DATABASE_URL: url.href,
    PARALLEL_MAX_PARALLEL: "20",
  };
  const checkout = join(folder, name, "app");
  const [program, ...parameters] = network.command("git", ["clone", "--quiet", ORIGIN, checkout]);
  await execa(program, parameters, { env, extendEnv: false });
  return { name, checkout, home, network, database, remote, env };
}

/** A program that git starts to reach the remote, wherever that is said to be: it passes on what either side says. */
function connecting(host: string, port: number): string {
  return `#!/usr/bin/env perl
use strict;
use Socket;
socket(my $net, PF_INET, SOCK_STREAM, 0) or exit 1;
connect($net, sockaddr_in(${port}, inet_aton("${host}"))) or exit 1;
my @ways = ([*STDIN, $net], [$net, *STDOUT]);
while (1) {
  my $ready = "";
  vec($ready, fileno($_->[0]), 1) = 1 for @ways;
  select($ready, undef, undef, undef);
  for (@ways) {
    my ($from, $to) = @$_;
    next unless vec($ready, fileno($from), 1);
    my $got = sysread($from, my $bytes, 65536);
    if (!$got) {
      exit 0 if $from == $net || !shutdown($net, 1);
      @ways = grep { $_->[0] == $net } @ways;
      next;
    }
    for (my $sent = 0; $sent < $got; ) {
      $sent += syswrite($to, $bytes, $got - $sent, $sent) || exit 1;
    }
  }
}
`;
}

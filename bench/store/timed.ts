/** What a piece of work took, in milliseconds: by the clock, and of this process's CPU, which a busy machine changes less. */
export interface Timed<Result> {
  readonly result: Result;
  readonly ms: number;
  readonly cpuMs: number;
}

export async function timed<Result>(work: () => Promise<Result>): Promise<Timed<Result>> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const result = await work();
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { result, ms, cpuMs: (user + system) / 1_000 };
}

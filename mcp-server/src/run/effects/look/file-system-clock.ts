import { lstatSync, mkdirSync, type Stats, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * The clock that stamps files. It is not the one that a program reads: the kernel advances it by ticks, a tick comes
 * late where a processor is held up, and a network's server has its own. So two writes of the same file may have the
 * same time however far apart they are by this process's clock.
 */
export class FileSystemClock {
  /**
   * @param file touched to ask for the time; it should be on the file system whose clock is meant.
   * @param own this process's clock, in milliseconds since 1970.
   * @param stat what the file system says of a file.
   */
  constructor(
    private readonly file: string,
    private readonly own: () => number,
    private readonly stat: (file: string) => Stats | undefined = (file) => lstatSync(file),
  ) {}

  /**
   * What a file that is changed now would be stamped with at the earliest, in milliseconds since 1970; never later than
   * this process's own time, which stands for it where the file cannot be touched.
   */
  readonly now = (): number => {
    const ownMs = this.own();
    try {
      this.#touch();
      return Math.min(ownMs, this.stat(this.file)?.ctimeMs ?? ownMs);
    } catch {
      return ownMs;
    }
  };

  #touch(): void {
    const at = new Date();
    try {
      utimesSync(this.file, at, at);
    } catch {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
      writeFileSync(this.file, "", { mode: 0o600 });
    }
  }
}

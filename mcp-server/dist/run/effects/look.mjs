// import:node:fs in run/effects/look.mjs
import { lstatSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";

// import:node:path in run/effects/look.mjs
import { dirname } from "node:path";

// mcp-server/src/run/effects/look/file-system-clock.ts
var FileSystemClock = class {
  /**
   * @param file touched to ask for the time; it should be on the file system whose clock is meant.
   * @param own this process's clock, in milliseconds since 1970.
   * @param stat what the file system says of a file.
   */
  constructor(file, own, stat = (file2) => lstatSync(file2)) {
    this.file = file;
    this.own = own;
    this.stat = stat;
  }
  file;
  own;
  stat;
  /**
   * What a file that is changed now would be stamped with at the earliest, in milliseconds since 1970; never later than
   * this process's own time, which stands for it where the file cannot be touched.
   */
  now = () => {
    const ownMs = this.own();
    try {
      this.#touch();
      return Math.min(ownMs, this.stat(this.file)?.ctimeMs ?? ownMs);
    } catch {
      return ownMs;
    }
  };
  #touch() {
    const at = /* @__PURE__ */ new Date();
    try {
      utimesSync(this.file, at, at);
    } catch {
      mkdirSync(dirname(this.file), { recursive: true, mode: 448 });
      writeFileSync(this.file, "", { mode: 384 });
    }
  }
};
export {
  FileSystemClock
};

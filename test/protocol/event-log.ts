import { createHash } from "node:crypto";
import { DatabaseSync } from "@photostructure/sqlite";

/** The graph's database, looked at from outside the server: nothing of the product's store is used. */
export class EventLog {
  readonly #db: InstanceType<typeof DatabaseSync>;
  /** Of the version of the file that it was computed for: most calls change nothing. */
  #digest: { readonly version: number | undefined; readonly text: string } = { version: undefined, text: "" };

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { readOnly: true });
  }

  /** Sequence number of the last event. */
  get last(): number {
    return Number((this.#db.prepare("select max(seq) as seq from events").get() as { seq: number }).seq);
  }

  typesAfter(seq: number): string[] {
    const rows = this.#db.prepare("select type from events where seq > ? order by seq").all(seq);
    return (rows as { type: string }[]).map(({ type }) => type);
  }

  /** A digest of everything that the graph holds of tasks and claims, but for signs of life. */
  get state(): string {
    const { data_version: version } = this.#db.prepare("pragma data_version").get() as Record<string, number>;
    if (this.#digest.version !== version) this.#digest = { version, text: this.#digestNow() };
    return this.#digest.text;
  }

  #digestNow(): string {
    const digest = createHash("sha256");
    for (const table of ["tasks", "claims"]) {
      for (const row of this.#db.prepare(`select * from ${table} order by plan_id, id`).iterate()) {
        const {
          changed_seq: _,
          last_seen_ms: _seen,
          expires_at_ms: _lease,
          ...rest
        } = row as Record<string, unknown>;
        digest.update(JSON.stringify(rest));
      }
    }
    return digest.digest("hex");
  }

  get integrity(): unknown {
    return Object.values(this.#db.prepare("pragma integrity_check").get() as object)[0];
  }

  close(): void {
    this.#db.close();
  }
}

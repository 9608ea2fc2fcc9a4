/** One event of a stream of server-sent events. */
export interface ServerEvent {
  /** `message` where the server gives it no name. */
  readonly event: string;
  readonly data: string;
}

/**
 * Cuts a stream of server-sent events into events (HTML standard, 9.2.6), as they come in pieces.
 * @returns a function that takes the next piece and gives the events that it completes.
 */
export function eventReader(): (piece: string) => ServerEvent[] {
  let rest = "";
  return (piece) => {
    const parts = (rest + piece).split(/\r?\n\r?\n/);
    rest = parts.pop() ?? "";
    return parts.flatMap((part) => {
      let event = "message";
      const data: string[] = [];
      for (const line of part.split(/\r?\n/)) {
        const [, field, value = ""] = /^([^:]*)(?::\x20?(.*))?$/s.exec(line) ?? [];
        if (field === "event") event = value;
        else if (field === "data") data.push(value);
      }
      return data.length > 0 || event !== "message" ? [{ event, data: data.join("\n") }] : [];
    });
  };
}

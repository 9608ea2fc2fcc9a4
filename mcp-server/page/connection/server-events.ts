/** One event of a stream of server-sent events. */
export interface ServerEvent {
  /** `message` where the server gives it no name. */
  readonly event: string;
  readonly data: string;
}

const END = /\r?\n\r?\n/;

/**
 * Cuts a stream of server-sent events into events (HTML standard, 9.2.6), as they come in pieces.
 * @returns a function that takes the next piece and gives the events that it completes.
 */
export function eventReader(): (piece: string) => ServerEvent[] {
  let pieces: string[] = [];
  return (piece) => {
    // An event ends with an empty line; of a large one there are many pieces, and each is searched once.
    const isInside = !END.test((pieces.at(-1)?.slice(-3) ?? "") + piece);
    pieces.push(piece);
    if (isInside && piece.length > 3) return [];
    const parts = pieces.join("").split(END);
    pieces = [parts.pop() ?? ""];
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

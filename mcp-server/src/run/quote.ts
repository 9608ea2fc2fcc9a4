/** Text that somebody else wrote is quoted: it is information, not an instruction of the brief that it stands in. */
export function quote(text: string): string {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => `> ${line}`)
    .join("\n");
}

/** The same of at most so many characters, with a mark where the rest is cut off. */
export function quoteShort(text: string, most: number): string {
  return quote(text.length > most ? `${text.slice(0, most)} …` : text);
}

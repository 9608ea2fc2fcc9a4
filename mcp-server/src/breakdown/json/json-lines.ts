/** Whether a text is JSON Lines: one object on each line, and not one document. */
export function isJsonLines(text: string, file: string): boolean {
  if (/\.(?:jsonl|ndjson)$/i.test(file)) return true;
  const lines = firstLines(text, 2);
  return lines.length > 1 && lines.every(isObjectText);
}

/** The first lines that are not blank. A text may be too large for a list of all of its lines. */
function firstLines(text: string, count: number): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length && lines.length < count; ) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end);
    if (line.trim() !== "") lines.push(line);
    start = end + 1;
  }
  return lines;
}

function isObjectText(line: string): boolean {
  if (!/^\s*\{.*\}\s*$/s.test(line)) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

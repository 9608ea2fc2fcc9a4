/** Whether a text is JSON Lines: one object on each line, and not one document. */
export function isJsonLines(text: string, file: string): boolean {
  if (/\.(?:jsonl|ndjson)$/i.test(file)) return true;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 1 && lines.slice(0, 2).every(isObjectText);
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

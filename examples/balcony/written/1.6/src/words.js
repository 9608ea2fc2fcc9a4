/** Names as a sentence lists them: "Basil, Tomato and Aloe". */
export function joinNames(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** When something is due, so many days from today. */
export function inDays(count) {
  if (count === 0) return "today";
  if (count === 1) return "tomorrow";
  if (count < 0) return count === -1 ? "since yesterday" : `for ${-count} days`;
  return `in ${count} days`;
}

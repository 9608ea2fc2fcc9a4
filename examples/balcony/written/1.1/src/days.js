const DAY_MS = 86_400_000;
const NAMES = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The day so many days after a day (`2026-06-01`); before it for a negative number. */
export function addDays(day, count) {
  return new Date(midnight(day) + count * DAY_MS).toISOString().slice(0, 10);
}

/** How many days lie between two days; negative when the second is the earlier one. */
export function daysBetween(from, to) {
  return (midnight(to) - midnight(from)) / DAY_MS;
}

/** The name of a day's weekday. */
export function weekday(day) {
  return NAMES[new Date(midnight(day)).getUTCDay()];
}

/** In UTC every day has 24 hours. */
function midnight(day) {
  const ms = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(ms)) throw new RangeError(`"${day}" is not a day such as 2026-06-01.`);
  return ms;
}

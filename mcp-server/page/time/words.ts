/** A length of time as a clock that runs shows it: `0:07`, `12:40`, `1:12:40`. */
export function clockLength(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours === 0 ? `${minutes}:${two(seconds % 60)}` : `${hours}:${two(minutes)}:${two(seconds % 60)}`;
}

/** A moment of the day where the reader is: `16:51`, and with seconds `16:51:08`. */
export function timeOfDay(ms: number, withSeconds = false): string {
  const at = new Date(ms);
  const parts = [at.getHours(), at.getMinutes(), ...(withSeconds ? [at.getSeconds()] : [])];
  return parts.map(two).join(":");
}

const two = (n: number) => String(n).padStart(2, "0");

/** Made once: making one takes longer than all else that is drawn each second. */
const dayAndMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** The same with the day in front where it is another one than that of `besideMs`: `28 Nov 16:51`. */
export function moment(ms: number, besideMs: number, withSeconds = false): string {
  const time = timeOfDay(ms, withSeconds);
  const isSameDay = new Date(ms).toDateString() === new Date(besideMs).toDateString();
  return isSameDay ? time : `${dayAndMonth.format(ms)} ${time}`;
}

/** How long still, without a precision that no forecast has: `under 1 min`, `23 min`, `1 h 50 min`. */
export function roughLength(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return "under 1 min";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** A count of tokens: `940`, `37 k`, `1.31 M`. */
export function tokenCount(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  if (tokens < 999_500) return `${Math.round(tokens / 1000)} k`;
  const millions = tokens / 1_000_000;
  return `${millions < 10 ? millions.toFixed(2) : millions.toFixed(1)} M`;
}

/** An amount of money: `$6.42`, and in other currencies `6.42 EUR`. */
export function moneyAmount(amount: number, currency: string): string {
  const digits = amount.toFixed(2);
  return currency === "USD" ? `$${digits}` : `${digits} ${currency}`;
}

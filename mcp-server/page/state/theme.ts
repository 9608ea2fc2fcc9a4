import { signal } from "@preact/signals";

const KEY = "parallel-theme";
const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const theme = signal<Theme>("system");

export function readTheme(): void {
  setTheme(THEMES.find((known) => known === localStorage.getItem(KEY)) ?? "system");
}

export function nextTheme(): void {
  setTheme(THEMES[(THEMES.indexOf(theme.peek()) + 1) % THEMES.length] ?? "system");
  localStorage.setItem(KEY, theme.peek());
}

function setTheme(next: Theme): void {
  theme.value = next;
  document.documentElement.dataset.theme = next;
}

/** What a teammate, an agent that lives as long as the session, wrote to the conversation that launched it. */
export interface TeammateMessage {
  readonly teammate: string;
  readonly text: string;
}

const MESSAGE = /<teammate-message\b[^>]{0,500}?\bteammate_id="([^"]{1,200})"[^>]{0,500}>/g;
const END = "</teammate-message>";

/** All messages of teammates that a text holds. */
export function teammateMessagesIn(text: string): TeammateMessage[] {
  if (!text.includes("<teammate-message")) return [];
  return [...text.matchAll(MESSAGE)].map((match) => {
    const from = match.index + match[0].length;
    const end = text.indexOf(END, from);
    return { teammate: match[1] ?? "", text: text.slice(from, end < 0 ? undefined : end).trim() };
  });
}

/** The name before the team's: `header@pages`. */
export function teammateName(id: string): string {
  return id.replace(/@.*$/s, "");
}

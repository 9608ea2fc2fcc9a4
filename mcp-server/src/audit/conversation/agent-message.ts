/** What an agent or a teammate wrote to the conversation that launched it, outside of any answer. */
export interface AgentMessage {
  /** The agent's id, or the name of a teammate. */
  readonly from: string;
  readonly text: string;
  /** Whether it is the agent's last word, and not one on the way. */
  readonly isHandBack: boolean;
}

/** `<teammate-message teammate_id="nav" color="blue">`, `<agent-message from="a1b2">`. */
const MESSAGE = /<(teammate|agent)-message\b[^>]{0,500}?\b(?:teammate_id|from)="([^"]{1,200})"[^>]{0,500}>/g;
/** What the host puts before an agent's report, whose lines it indents. */
const FRAME = /^[^\S\n]*\[Subagent hand-back\][^\n]*(?:\n|$)/m;

/** All messages of agents that a text holds. */
export function agentMessagesIn(text: string): AgentMessage[] {
  if (!text.includes("-message")) return [];
  return [...text.matchAll(MESSAGE)].map(({ 0: tag, 1: kind, 2: from = "", index }) => {
    const start = index + tag.length;
    const end = text.indexOf(`</${kind}-message>`, start);
    const whole = text.slice(start, end < 0 ? undefined : end).trim();
    return { from, text: withoutFrame(whole), isHandBack: FRAME.test(whole) };
  });
}

/** A report without the host's words before it. */
export function withoutFrame(text: string): string {
  const frame = FRAME.exec(text);
  if (frame === null) return text;
  return text
    .slice(frame.index + frame[0].length)
    .replace(/^ {2}/gm, "")
    .trim();
}

/** The name before the team's: `header@pages`. */
export function teammateName(id: string): string {
  return id.replace(/@.*$/s, "");
}

/** One simple command of a line of shell, and how it stands among the others. */
export interface CommandSegment {
  /** Without quotes; assignments and redirections are not in it. */
  readonly words: readonly string[];
  /** It reads what the command before it prints. */
  readonly isPiped: boolean;
  /** It writes its output into a file. */
  readonly isRedirected: boolean;
  /** The operator after it: `&&`, `|`, `;` …; empty for the last one. */
  readonly operator: string;
}

const OPERATOR = /^(?:&&|\|\||\|&|[;|&\n])/;
const HEREDOC = /<<-?\s*(["']?)([A-Za-z_]\w*)\1([^\n]*\n)[\s\S]*?(?:^[ \t]*\2[ \t]*$|$(?![\s\S]))/gm;
/** `2>&1`, `>out.txt`, `< in.txt`; nothing of it is a word of the command. */
const REDIRECTION = /^(\d?|&)(>{1,2}|<)(&\d|&-)?\s*/;
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;

/**
 * The simple commands of a line of Bash or PowerShell, as far as one can tell without running it: quotes are followed,
 * groups are opened, documents fed to a command are left out. Never fails: what it cannot read are words.
 */
export function commandSegments(command: string): CommandSegment[] {
  const text = command.replace(HEREDOC, "$3").replace(/\\\r?\n/g, " ");
  const segments: CommandSegment[] = [];
  let words: string[] = [];
  let isRedirected = false;
  let isPiped = false;
  const end = (operator: string) => {
    if (words.length > 0) segments.push({ words, isPiped, isRedirected, operator });
    isPiped = operator.startsWith("|") && operator !== "||";
    words = [];
    isRedirected = false;
  };
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const operator = OPERATOR.exec(rest)?.[0];
    const redirection = REDIRECTION.exec(rest);
    if (/^[ \t\r(){}]/.test(rest)) at++;
    else if (rest.startsWith("#")) at += rest.search(/\n|$/);
    else if (redirection !== null) {
      at += redirection[0].length;
      const [, channel, direction, duplicate] = redirection;
      if (duplicate !== undefined) continue;
      const [target, length] = wordAt(text, at);
      isRedirected ||= direction !== "<" && channel !== "2" && target !== "/dev/null";
      at += length;
    } else if (operator !== undefined) {
      at += operator.length;
      end(operator.trim() === "" ? ";" : operator);
    } else {
      const [word, length] = wordAt(text, at);
      if (words.length > 0 || !ASSIGNMENT.test(word)) words.push(word);
      at += Math.max(1, length);
    }
  }
  end("");
  return segments;
}

/** The word that begins here, without its quotes, and how many characters it takes. */
function wordAt(text: string, from: number): [word: string, length: number] {
  let word = "";
  let at = from;
  let quote = "";
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote !== "") {
      if (character === quote) quote = "";
      else if (character === "\\" && quote === '"' && /["\\$`]/.test(text.charAt(at + 1))) {
        word += text.charAt(++at);
      } else word += character;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === "\\" && /[\s"'();&|]/.test(text.charAt(at + 1))) word += text.charAt(++at);
    else if (/[\s;|&()<>]/.test(character)) break;
    else word += character;
  }
  return [word, at - from];
}

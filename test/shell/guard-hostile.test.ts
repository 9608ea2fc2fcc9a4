import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { processorTimer } from "../support/processor-time.ts";
import { recognised } from "./guard-effects.ts";

/** Processor time that one command may take, however it is made: far more than any real one needs. */
const LIMIT_MS = 2_000;

function processorMs(command: string): number {
  const spentMs = processorTimer();
  recognised(command);
  return spentMs();
}

/** Pieces of shell, so that what is made of them is nearly a command. */
const PIECES = [
  ...[
    "rm",
    "mv",
    "cp -r",
    "sed -i",
    "git",
    "stash",
    "checkout --",
    "cd",
    "eval",
    "bash -c",
    "find . -exec",
    "xargs",
  ],
  ...[
    "if",
    "then",
    "fi",
    "for",
    "in",
    "do",
    "done",
    "case",
    "esac",
    "while",
    "f()",
    "trap",
    "ln -s",
    "patch <<E\n",
  ],
  ...[
    " ",
    "\n",
    ";",
    "&&",
    "||",
    "|",
    "&",
    "(",
    ")",
    "{",
    "}",
    "$(",
    "`",
    '"',
    "'",
    "\\",
    "$",
    "${",
    "}",
    "<<E\n",
  ],
  ...[
    "<(",
    ">",
    ">>",
    "<<<",
    "2>&1",
    "*",
    "?",
    "[",
    "]",
    "{a,b}",
    "{1..9}",
    "~",
    "..",
    "/",
    "=",
    "A=",
    "$A",
    "E\n",
  ],
  ...[
    "a",
    "b.txt",
    "-rf",
    "--",
    "-t",
    "-e",
    "-i",
    "$((",
    "))",
    "[[",
    "]]",
    "!",
    "#",
    "\u0000",
    "é",
    "\ud800",
    "\r",
  ],
];

describe("any text", () => {
  it("any text is read as a shell command without an error and in bounded time", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join("")),
          fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join(" ")),
          fc.string({ unit: "binary", maxLength: 300 }),
        ),
        (command) => {
          expect(processorMs(command)).toBeLessThan(LIMIT_MS);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("any text leaves visible what stands before it on a line of its own", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }), (pieces) => {
        expect(recognised(`rm first\n${pieces.join(" ")}`)[0]).toBe("edit first");
      }),
      { numRuns: 1_000 },
    );
  });

  it("any text in quotes is no command", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }), (pieces) => {
        expect(recognised(`echo '${pieces.join(" ").replaceAll("'", "")}'`)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a command that is made to take long", () => {
  const many = (text: string) => text.repeat(Math.ceil(65_536 / text.length));
  it.each([
    ["nests substitutions", many("$(")],
    ["nests quotes in substitutions", many('"$(')],
    ["nests subshells", many("(")],
    ["nests groups", many("{ ")],
    ["nests backquotes", many("`")],
    ["nests conditions", many("if ")],
    ["nests functions", many("f() ")],
    ["nests cases", many("case a in ")],
    ["nests arithmetic", many("$((")],
    ["nests extended globs", many("@(")],
    ["opens here documents", many("cat <<A ")],
    ["expands braces beyond measure", `rm ${"{a,b}".repeat(60)}`],
    ["counts beyond measure", "rm {1..999999999}"],
    ["doubles a variable", `A=aaaaaaaa;${"A=$A$A;".repeat(60)}rm $A`],
    ["repeats a long variable", `A=${"a ".repeat(20_000)};${many("rm $A;")}`],
    ["loops in loops", `${"for i in {1..200}; do ".repeat(6)}rm $i; ${"done; ".repeat(6)}`],
    ["loops over a long command", `for i in {1..250}; do rm ${"a ".repeat(25_000)}; done`],
    ["evaluates itself deeply", `A='eval "$A"; eval "$A"'; eval "$A"`],
    ["calls itself", "f() { f; f; }; f"],
    ["evaluates a long text again and again", `A='${"rm a; ".repeat(8_000)}'; ${'eval "$A"; '.repeat(500)}`],
    ["removes everything by name", `rm ${"a ".repeat(30_000)}`],
    ["sets variables and starts subshells", many("A1=b; (rm $A1);")],
    ["has one endless word", `rm ${"a".repeat(1_000_000)}`],
    ["repeats an option", `git ${"-C a ".repeat(13_000)} stash`],
    ["has a long pattern", `rm ${"*a".repeat(30_000)}`],
  ])("a command is read in bounded time though it %s", (_, command) => {
    expect(processorMs(command)).toBeLessThan(LIMIT_MS);
  });
});

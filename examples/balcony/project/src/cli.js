const commands = {
  list: () => import("./commands/list.js"),
};

/**
 * Runs a command and returns the exit code.
 * A command gets the words after its name and a balcony: `data` (folder), `say` (prints a line), `today` (day).
 */
export async function run([name = "list", ...words], balcony) {
  if (!Object.hasOwn(commands, name)) {
    balcony.say(`There is no command "${name}". There are: ${Object.keys(commands).join(", ")}.`);
    return 2;
  }
  const { command } = await commands[name]();
  return command(words, balcony);
}

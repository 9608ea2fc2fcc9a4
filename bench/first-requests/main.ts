import { pluginFolders } from "../../examples/demo/plugin-folders.ts";
import { firstRequest } from "../../test/plugin/first-request.ts";

/** What a user types, each in a session of its own; the first one does not use the plugin. */
const PROMPTS = [
  "Hello.",
  "/ideate water the pots",
  "/spec:create watering",
  "/spec:decompose watering",
  "/spec:execute watering",
  "/parallel:run watering",
  "/parallel:status",
  "/parallel:report watering",
  "/debug:api GET /pots answers 500",
  "/debug:browser the list stays empty",
];

const plugins = pluginFolders(process.cwd());
const without = await charactersOf([], "Hello.");
const rows = [{ typed: "Hello. (without the plugin)", characters: without, more: 0 }];
for (const typed of PROMPTS) {
  const characters = await charactersOf(plugins, typed);
  rows.push({ typed, characters, more: characters - without });
}
console.table(rows);

/** Of the whole request: system prompt, tools and all that is said. */
async function charactersOf(folders: string[], prompt: string): Promise<number> {
  const { lines, tools } = await firstRequest(folders, prompt);
  return [...lines, ...tools].reduce((sum, text) => sum + text.length + 1, 0);
}

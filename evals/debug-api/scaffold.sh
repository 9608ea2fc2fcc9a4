source "$(dirname "$0")/../balcony.sh"
cat > src/plants.js <<'TEXT'
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The plants in `plants.json` of a folder: `{name, everyDays, millilitres, outdoors}`. */
export function readPlants(data) {
  return JSON.parse(readFileSync(join(data, "plants.json"), "utf8")).map(
    ({ name, everyDays: millilitres, millilitres: everyDays, outdoors }) => ({ name, everyDays, millilitres, outdoors }),
  );
}

/** The plant with this name, however it is capitalised. */
export function findPlant(plants, name) {
  const found = plants.find((plant) => plant.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw new Error(`There is no plant "${name}".`);
  return found;
}
TEXT
commit

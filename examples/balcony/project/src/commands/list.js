import { readPlants } from "../plants.js";

/** Prints every plant with its thirst. */
export function command(_words, { data, say }) {
  for (const plant of readPlants(data)) {
    say(`${plant.name}: ${plant.millilitres} ml every ${plant.everyDays} days`);
  }
  return 0;
}

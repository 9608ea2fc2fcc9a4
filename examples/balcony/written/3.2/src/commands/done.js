import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { daysBetween } from "../days.js";
import { openDiary } from "../diary.js";
import { readForecast } from "../forecast.js";
import { findPlant, readPlants } from "../plants.js";
import { nextWatering } from "../schedule.js";
import { inDays } from "../words.js";

/** Notes that a plant was watered today, and says when it is due again. */
export function command([name], { data, say, today }) {
  if (name === undefined) {
    say("Which plant? For example: balcony done Basil");
    return 2;
  }
  const plant = findPlant(readPlants(data), name);
  openDiary(data).add(plant.name, today);
  const file = join(data, "forecast.csv");
  const forecast = existsSync(file) ? readForecast(readFileSync(file, "utf8")) : new Map();
  say(`${plant.name} is due again ${inDays(daysBetween(today, nextWatering(plant, today, forecast)))}.`);
  return 0;
}

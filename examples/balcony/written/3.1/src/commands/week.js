import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { addDays, daysBetween, weekday } from "../days.js";
import { openDiary } from "../diary.js";
import { readForecast } from "../forecast.js";
import { readPlants } from "../plants.js";
import { nextWatering } from "../schedule.js";
import { joinNames } from "../words.js";

/** Prints who is thirsty on each of the next seven days. */
export function command(_words, { data, say, today }) {
  const file = join(data, "forecast.csv");
  const forecast = existsSync(file) ? readForecast(readFileSync(file, "utf8")) : new Map();
  const diary = openDiary(data);
  const due = readPlants(data).map(({ name, ...plant }) => {
    const last = diary.last(name);
    const day = last === undefined ? today : nextWatering(plant, last, forecast);
    // What is overdue is due today.
    return { name, ahead: Math.max(0, daysBetween(today, day)) };
  });
  for (let ahead = 0; ahead < 7; ahead += 1) {
    const day = addDays(today, ahead);
    const names = due.filter((plant) => plant.ahead === ahead).map((plant) => plant.name);
    say(`${weekday(day).slice(0, 3)} ${day}  ${joinNames(names) || "-"}`);
  }
  return 0;
}

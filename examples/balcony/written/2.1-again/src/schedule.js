import { addDays } from "./days.js";

/** As much rain in millimetres as a plant needs in a day. */
const ENOUGH_RAIN = 5;

/** The day on which a plant is due, given the day of its last watering and the forecast of rain. */
export function nextWatering(plant, last, forecast) {
  let due = addDays(last, plant.everyDays);
  while (plant.outdoors && (forecast.get(due) ?? 0) >= ENOUGH_RAIN) due = addDays(due, 1);
  return due;
}

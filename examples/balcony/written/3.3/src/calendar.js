import { addDays } from "./days.js";
import { nextWatering } from "./schedule.js";

/**
 * The next watering of each plant as an iCalendar file, which phones can subscribe to.
 * `lastOf` tells the day on which the plant of a name was watered last; `today` stands in where it never was.
 */
export function calendarOf(plants, lastOf, forecast, today) {
  const events = plants.flatMap((plant) => {
    const last = lastOf(plant.name);
    const day = last === undefined ? today : nextWatering(plant, last, forecast);
    return [
      "BEGIN:VEVENT",
      `UID:${plant.name.toLowerCase()}-${day}@balcony`,
      `DTSTAMP:${compact(today)}T000000Z`,
      `DTSTART;VALUE=DATE:${compact(day)}`,
      `DTEND;VALUE=DATE:${compact(addDays(day, 1))}`,
      `SUMMARY:Water ${plant.name} (${plant.millilitres} ml)`,
      "END:VEVENT",
    ];
  });
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//balcony//EN", ...events, "END:VCALENDAR"];
  return `${lines.join("\r\n")}\r\n`;
}

function compact(day) {
  return day.replaceAll("-", "");
}

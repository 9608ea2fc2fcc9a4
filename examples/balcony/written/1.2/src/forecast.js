/** The rain of each day in millimetres, from lines `day,rain` below a heading. */
export function readForecast(text) {
  const [, ...lines] = text.trim().split("\n");
  return new Map(
    lines.map((line, at) => {
      const [day, rain] = line.split(",");
      const millimetres = Number(rain);
      if (!/^\d{4}-\d\d-\d\d$/.test(day) || rain === undefined || Number.isNaN(millimetres)) {
        throw new Error(`Line ${at + 2} of the forecast is not "day,rain": ${line}`);
      }
      return [day, millimetres];
    }),
  );
}

const STROKE_ML = 25;
const MOST_ML = 500;

/** Pumps at least so many millilitres, in whole strokes, and returns how many it were. */
export async function pour(pump, millilitres) {
  if (!(millilitres > 0 && millilitres <= MOST_ML)) {
    throw new RangeError(
      `${millilitres} ml cannot be poured: it must be more than 0 and at most ${MOST_ML}.`,
    );
  }
  const strokes = Math.ceil(millilitres / STROKE_ML);
  for (let stroke = 0; stroke < strokes; stroke += 1) await pump.stroke();
  return strokes * STROKE_ML;
}

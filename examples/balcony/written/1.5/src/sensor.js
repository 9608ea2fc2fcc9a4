/** A frame of the soil sensor, from its hexadecimal digits: which pot, and its moisture in percent. */
export function readFrame(digits) {
  const [mark, pot, moisture, checksum] = Buffer.from(digits, "hex");
  if (mark !== 0x4d || checksum === undefined) throw new Error(`"${digits}" is not a frame of the sensor.`);
  if (crc([mark, pot, moisture]) !== checksum) throw new Error(`The checksum of frame ${digits} is wrong.`);
  return { pot, moisture };
}

/** CRC-8 with the polynomial 07. */
function crc(bytes) {
  let rest = 0;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest & 0x80 ? (rest << 1) ^ 0x07 : rest << 1) & 0xff;
  }
  return rest;
}

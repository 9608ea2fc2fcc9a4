/** A frame of the soil sensor, from its hexadecimal digits: which pot, and its moisture in percent. */
export function readFrame(digits) {
  const [mark, pot, moisture, checksum] = Buffer.from(digits, "hex");
  if (mark !== 0x4d || checksum === undefined) throw new Error(`"${digits}" is not a frame of the sensor.`);
  if (crc([mark, pot, moisture]) !== checksum) throw new Error(`The checksum of frame ${digits} is wrong.`);
  return { pot, moisture };
}

/** CRC-8 with the polynomial 07, bit by bit: without the shift of a whole byte there is nothing to overflow. */
function crc(bytes) {
  let rest = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const carry = ((rest >> 7) ^ (byte >> bit)) & 1;
      rest = ((rest << 1) & 0xff) ^ (carry === 1 ? 0x07 : 0);
    }
  }
  return rest;
}

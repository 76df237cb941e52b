/** The child's drawing in the story: a real BMP of the wanted size, made line by line so that it is never whole in memory. */

const HEADER = 54;
const WIDTH = 2048;

/** A sky, a sun, a house and grass, 24 bits a pixel, in exactly `bytes` bytes (what does not fit a line is padding). */
export function* drawing(bytes: number): Generator<Uint8Array> {
  const line = WIDTH * 3;
  const height = Math.floor((bytes - HEADER) / line);
  yield bitmapHeader(bytes, height);
  for (let y = height - 1; y >= 0; y--) yield row(y, height); // a BMP starts at the bottom
  yield new Uint8Array(bytes - HEADER - height * line);
}

function bitmapHeader(bytes: number, height: number): Uint8Array {
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  header.set([0x42, 0x4d]);
  view.setUint32(2, bytes, true);
  view.setUint32(10, HEADER, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, WIDTH, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  return header;
}

function row(y: number, height: number): Uint8Array {
  const pixels = new Uint8Array(WIDTH * 3);
  for (let x = 0; x < WIDTH; x++) pixels.set(colour(x / WIDTH, y / height), x * 3);
  return pixels;
}

/** Blue, green, red at a place between 0 and 1 from the top left. */
function colour(x: number, y: number): [number, number, number] {
  if ((x - 0.82) ** 2 + (y - 0.18) ** 2 < 0.008) return [60, 220, 255];
  if (y > 0.78) return [70, 160 + Math.round(40 * Math.sin(x * 300)), 80];
  const house = x > 0.25 && x < 0.55 && y > 0.45;
  if (house && x > 0.37 && x < 0.43 && y > 0.62) return [40, 70, 120];
  if (house) return [120, 150, 230];
  if (y > 0.25 && y < 0.45 && Math.abs(x - 0.4) < y - 0.25) return [40, 40, 180];
  return [235, 206 - Math.round(60 * y), 150];
}

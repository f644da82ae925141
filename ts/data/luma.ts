/** Luma of ITU-R BT.601 to the nearest whole number, as Pillow's mode L: of bytes a byte. */
export function luma(red: number, green: number, blue: number): number {
  return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >>> 16
}

/** Colours told apart by most eyes, each readable on white and on near-black. */
export const palette: readonly string[] = [
  '#3b82c4',
  '#d9730d',
  '#2e9e5b',
  '#d6447a',
  '#9467bd',
  '#a0703c',
  '#17939f',
  '#808890',
]

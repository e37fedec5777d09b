/** Twice what it is shown at, and the server's to refuse if it were more than it takes. */
const SIDE = 128;
const BEGINNING = 'data:image/png;base64,';

/**
 * A picture that somebody chose, fitted into a square and written as PNG: a `data:` address. Rejects for what this
 * browser cannot read as one; an SVG it never reads here.
 */
export async function scaledPicture(file: Blob): Promise<string> {
  const picture = await createImageBitmap(file);
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  const scale = SIDE / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
  picture.close();
  return canvas.toDataURL('image/png');
}

export function base64Of(address: string): string {
  return address.slice(BEGINNING.length);
}

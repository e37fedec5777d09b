const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const HEAD_BYTES = 24;

/** Width and height in pixels; undefined: this is no PNG (ISO/IEC 15948, 5.2 and 11.2.1). */
export function pngSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isPng =
    buffer.length >= HEAD_BYTES &&
    buffer.subarray(0, SIGNATURE.length).equals(SIGNATURE) &&
    buffer.toString('latin1', 12, 16) === 'IHDR';
  return isPng ? { width: buffer.readUInt32BE(16), height: buffer.readUInt32BE(20) } : undefined;
}

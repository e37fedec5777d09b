// As much of the wire format as a collector in a test needs (https://protobuf.dev/programming-guides/encoding/).

export interface Field {
  readonly number: number;
  /** Of wire type 0 and 1. */
  readonly value: bigint;
  /** Of wire type 2. */
  readonly bytes: Buffer;
}

/** The fields of a message, in their order. */
export function readMessage(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ number, value: varint(), bytes: NONE });
        break;
      case 1:
        fields.push({ number, value: bytes.readBigUInt64LE(at), bytes: bytes.subarray(at, at + 8) });
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        fields.push({ number, value: 0n, bytes: bytes.subarray(at, at + length) });
        at += length;
        break;
      }
      case 5:
        fields.push({ number, value: BigInt(bytes.readUInt32LE(at)), bytes: bytes.subarray(at, at + 4) });
        at += 4;
        break;
      default:
        throw new Error(`no such wire type: ${tag & 7}`);
    }
  }
  return fields;
}

const NONE = Buffer.alloc(0);

export function all(fields: readonly Field[], number: number): Buffer[] {
  return fields.filter((field) => field.number === number).map(({ bytes }) => bytes);
}

export function first(fields: readonly Field[], number: number): Field {
  return fields.find((field) => field.number === number) ?? { number, value: 0n, bytes: NONE };
}

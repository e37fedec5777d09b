import type { Picture } from './photograph.ts';
import type { Scene } from './scene.ts';

/** A page that shows all pictures, to be opened from its folder. */
export function album(scenes: readonly { scene: Scene; pictures: readonly Picture[] }[]): string {
  const sections = scenes.map(({ pictures, scene }) => {
    const figures = pictures.map(({ faults, file, theme, width }) => {
      const faulty =
        faults.length === 0 ? '' : `<ul>${faults.map((fault) => `<li>${escape(fault)}</li>`).join('')}</ul>`;
      const alt = escape(`${scene.name}, ${theme}, ${width} px`);
      return `<figure><a href="${escape(file)}"><img loading="lazy" src="${escape(file)}" alt="${alt}"></a><figcaption>${theme}, ${width} px</figcaption>${faulty}</figure>`;
    });
    return `<section><h2 id="${escape(scene.name)}">${escape(scene.name)}</h2><div>${figures.join('')}</div></section>`;
  });
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Latchkey: every page in every state</title>
<style>
  body { font: 15px/1.4 system-ui; margin: 2rem; background: #f4f4f2 }
  section div { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start }
  figure { margin: 0; max-width: 24rem } img { max-width: 100%; max-height: 28rem; border: 1px solid #bbb }
  li { color: #a00 }
</style>
<h1>Every page in every state</h1>
${sections.join('\n')}
</html>
`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

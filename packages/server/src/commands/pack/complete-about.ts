import type { About, PackageName } from '@latchkey/tools/pack';
import type { AboutFile } from './about-file.ts';
import type { PackSourceRead } from './source.ts';

/** What nobody said of a package is as its API says it. */
export function completeAbout(
  { privacy_policy: privacyPolicy, ...said }: AboutFile,
  { description, docsUrl, title }: PackSourceRead,
  { short }: PackageName,
): About {
  const name = said.title ?? (title === '' ? short : title);
  return {
    ...said,
    title: name,
    description: said.description ?? description ?? `Tools of ${name}.`,
    documentation: said.documentation ?? docsUrl,
    privacyPolicy,
  };
}
